/** What a PDU of MMS says, as plain data. Numbers are tag numbers of ISO 9506-2; texts are made where they are needed. */
import type { Message } from '../../core/decoder.ts';
import type { MmsData } from '../shared/mms-data.ts';
import type { Association, Layers } from '../shared/osi.ts';

/** ObjectName, with the alternate access or address of a variable specification as `suffix`. */
export interface ObjectName {
  readonly scope: 'vmd' | 'domain' | 'aa' | 'address';
  /** '' unless the scope is `domain`. */
  readonly domainId: string;
  readonly itemId: string;
  /** Alternate access: `[3]`, `.stVal`; '' for the whole variable. */
  readonly suffix: string;
}

/** AccessResult: data, or why there is none (DataAccessError; -1 with data). */
export interface AccessResult {
  readonly failure: number;
  readonly data: MmsData | undefined;
}

/** TypeSpecification: type name (as of Data), members by name. */
export interface TypeSpecification {
  readonly type: string;
  /** Name in the structure around it; '' elsewhere. */
  readonly name: string;
  /** Elements of an array, bits or octets of a simple type as declared; 0 where not said. */
  readonly size: number;
  readonly items: readonly TypeSpecification[];
}

export type MmsDetail =
  | { readonly kind: 'names'; readonly objectClass: number; readonly scope: string; readonly continueAfter: string }
  /** Answer of getNameList and lists of identifiers: domains, files. */
  | { readonly kind: 'list'; readonly identifiers: readonly string[]; readonly moreFollows: boolean }
  | { readonly kind: 'identity'; readonly vendor: string; readonly model: string; readonly revision: string }
  | { readonly kind: 'status'; readonly logical: number; readonly physical: number }
  | { readonly kind: 'type'; readonly deletable: boolean; readonly specification: TypeSpecification | undefined }
  /** Domains, program invocations, journals, tokens: the identifier first addressed, further ones, an argument. */
  | {
      readonly kind: 'object';
      readonly identifier: string;
      readonly others: readonly string[];
      readonly argument: string;
    }
  /** Upload and file state machines (ulsmID, frsmID), and how much was transferred; -1 where not said. */
  | {
      readonly kind: 'transfer';
      readonly id: number;
      readonly octets: number;
      readonly moreFollows: boolean;
      readonly fileSize: number;
      /** RFC 3339 or as sent; '' where not said. */
      readonly lastModified: string;
    }
  /** State of a domain or program invocation. */
  | { readonly kind: 'state'; readonly state: number; readonly identifiers: readonly string[] }
  /** Of eventNotification: the names are the enrolment and the condition. State 0 disabled, 1 idle, 2 active; -1 not said. */
  | { readonly kind: 'event'; readonly severity: number; readonly state: number; readonly isLost: boolean }
  | {
      readonly kind: 'initiate';
      /** Octets of a PDU; 0 where not said. */
      readonly localDetail: number;
      readonly maxServOutstandingCalling: number;
      readonly maxServOutstandingCalled: number;
      readonly dataStructureNestingLevel: number;
      readonly version: number;
      /** Bits as `1011`. */
      readonly parameterCBB: string;
      readonly servicesSupported: string;
    };

export interface MmsMessage extends Message {
  /** PDU of `tables.ts`; -1 where only the association speaks. */
  readonly pdu: number;
  /** -1 where there is none. */
  readonly invokeId: number;
  /** Confirmed or unconfirmed service; -1 where there is none. */
  readonly service: number;
  /** The side that asked in `invokeId`'s numbering is the client of the flow. */
  readonly names: readonly ObjectName[];
  /** The access is through the named variable list `names[0]`. */
  readonly isList: boolean;
  /** Results of read, write and of reports. */
  readonly results: readonly AccessResult[];
  /** Values to be written. */
  readonly data: readonly MmsData[];
  readonly detail: MmsDetail | undefined;
  /** Class and code of a service error, reject kind and code; -1 where there is none. */
  readonly errorClass: number;
  readonly errorCode: number;
  /** Why, in the server's words; '' mostly. */
  readonly errorDescription: string;
  readonly association: Association | undefined;
  /** Session and presentation layer, where an association begins. */
  readonly layers: Layers | undefined;
  /** Session SPDU when no MMS PDU is inside; -1 elsewhere. */
  readonly spdu: number;
  /** The service's contents contradict its definition. */
  readonly isDefective: boolean;
}
