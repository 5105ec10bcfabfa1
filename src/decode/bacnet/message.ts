/** The shape of a BACnet message and the state of a host pair. One shape for every PDU, so that polling stays cheap. */
import type { EndpointId } from '../../core/endpoint.ts';
import type { Value } from '../../core/observation.ts';
import { propertyName } from './properties.ts';
import { type Item, objectText } from './tags.ts';

/** Texts kept for each host pair; at the limit the table is emptied. */
export const MAX_TEXTS = 8192;
/** Segmented messages being joined at one time in a host pair; the oldest is given up. */
export const MAX_OPEN_SEGMENTED = 8;
/** Octets of one segmented message. The largest that 256 segments of 1476 octets make is 369 kB. */
export const MAX_SEGMENTED_OCTETS = 262_144;

/** One property of one object as a service names it, with the value that came or went. */
export interface Access {
  /** `analog-input 3`. */
  readonly object: string;
  /** BACnetObjectIdentifier: type in the upper 10 bits, instance in the lower 22. */
  readonly objectId: number;
  readonly property: string;
  /** -1 where the service names an object only. */
  readonly propertyId: number;
  /** Array index, -1 for the whole property. */
  readonly index: number;
  /** Priority of a write 1..16, 0 where none was given. */
  readonly priority: number;
  readonly items: readonly Item[];
  /** `object unknown-object` where this one failed. */
  readonly error: string;
}

export interface BacnetMessage {
  /** `readProperty request`, `who-Is`, `Forwarded-NPDU`, `I-Am-Router-To-Network`. */
  readonly type: string;
  readonly bvlc: string;
  /** PDU type 0..7; -1 for network layer messages, -2 for BVLC messages. */
  readonly pdu: number;
  readonly service: string;
  /** Service choice, network message type or BVLC function; -1 where the PDU has none. */
  readonly choice: number;
  readonly invokeId: number;
  /** Network numbers, -1 where absent; 65535 is every network. */
  readonly dnet: number;
  readonly dadr: string;
  readonly snet: number;
  readonly sadr: string;
  readonly hopCount: number;
  /** `10.0.0.1:47808`: who sent the broadcast that a BBMD forwards. */
  readonly origin: string;
  readonly accesses: readonly Access[];
  /** Arguments of other services by name. */
  readonly detail: Readonly<Record<string, Value>> | undefined;
  /** Why an Error, Reject or Abort came. */
  readonly reason: string;
  /** Error class and code of an Error, -1 elsewhere; the reason of a Reject or Abort stands in `errorCode`. */
  readonly errorClass: number;
  readonly errorCode: number;
  /** How many segments it was joined from, 1 for most; 0: a segment that is kept until the others are there. */
  readonly segments: number;
  /** Number of the segment, or of the one acknowledged; -1 where nothing is segmented. */
  readonly sequenceNumber: number;
  readonly moreFollows: boolean;
  /** Of a confirmed request: most segments (upper 4 bits) and octets (lower) that its sender takes (20.1.2.4); -1 elsewhere. */
  readonly limits: number;
  /** Segments that may be sent before they are acknowledged, proposed or granted; -1 where nothing is segmented. */
  readonly windowSize: number;
  readonly cut: boolean;
  /** The BVLC length field says more octets than the datagram has. */
  readonly isShort: boolean;
  /** For pairing: route and invoke id folded into a number. */
  readonly pairKey: number;
}

export const NO_ACCESSES: readonly Access[] = [];
export const NO_ITEMS: readonly Item[] = [];

export interface Segmented {
  next: number;
  length: number;
  bytes: Uint8Array;
}

export interface BacnetState {
  readonly objects: Map<number, string>;
  readonly paths: Map<number, string>;
  readonly segmented: Map<number, Segmented>;
  readonly children: Map<number, { readonly id: EndpointId; answered: boolean }>;
}

export const openBacnet = (): BacnetState => ({
  objects: new Map(),
  paths: new Map(),
  segmented: new Map(),
  children: new Map(),
});

export const objectName = (state: BacnetState, id: number): string => {
  let text = state.objects.get(id);
  if (text === undefined) {
    if (state.objects.size >= MAX_TEXTS) state.objects.clear();
    text = objectText(id);
    state.objects.set(id, text);
  }
  return text;
};

/** `analog-input 3 present-value`, with `[8]` where an array index was given. */
export const pathOf = (state: BacnetState, a: Access): string => {
  if (a.propertyId < 0) return a.object;
  if (a.index >= 0 || a.propertyId >= 512)
    return a.index >= 0 ? `${a.object} ${a.property}[${a.index}]` : `${a.object} ${a.property}`;
  const key = a.objectId * 512 + a.propertyId;
  let text = state.paths.get(key);
  if (text === undefined) {
    if (state.paths.size >= MAX_TEXTS) state.paths.clear();
    text = `${a.object} ${a.property}`;
    state.paths.set(key, text);
  }
  return text;
};

export const accessOf = (
  state: BacnetState,
  objectId: number,
  propertyId: number,
  index: number,
  priority: number,
  items: readonly Item[],
  error: string,
): Access => ({
  object: objectName(state, objectId),
  objectId,
  property: propertyId < 0 ? '' : propertyName(propertyId),
  propertyId,
  index,
  priority,
  items,
  error,
});
