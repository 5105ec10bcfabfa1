/**
 * What a variable's name means: IEC 61850 maps its services onto reads and writes of MMS variables whose names carry the
 * functional constraint. Source: IEC 61850-8-1 sections 7.3 (names), 15 (setting groups), 17 (reporting), 18 (GOOSE),
 * 20 (control); IEC 61850-7-2 for the names of the services; IEC 60870-6-503 for TASE.2.
 */
import type { Attribute, Verb } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import type { ObjectName } from './message.ts';

export interface Meaning {
  /** Functional constraint, '' when the name is none of IEC 61850. */
  readonly constraint: string;
  readonly verb: Verb;
  /** Service of IEC 61850-7-2, or of MMS. */
  readonly operation: string;
  /** The value written is a control structure, whose first member is the value. */
  readonly isControl: boolean;
}

const CONSTRAINTS = new Set([
  'ST',
  'MX',
  'SP',
  'SV',
  'CF',
  'DC',
  'SG',
  'SE',
  'SR',
  'OR',
  'BL',
  'EX',
  'CO',
  'US',
  'MS',
  'RP',
  'BR',
  'LG',
  'GO',
  'GS',
]);

/** Functional constraint of `LN$FC$...`, '' when there is none. */
const constraintOf = (itemId: string): string => {
  const first = itemId.indexOf('$');
  if (first < 0) return '';
  const second = itemId.indexOf('$', first + 1);
  const constraint = second < 0 ? itemId.slice(first + 1) : itemId.slice(first + 1, second);
  return CONSTRAINTS.has(constraint) ? constraint : '';
};

const meaning = (constraint: string, verb: Verb, operation: string, isControl = false): Meaning => ({
  constraint,
  verb,
  operation,
  isControl,
});

const PLAIN_WRITE = meaning('', 'write', 'write');
const OPERATE = meaning('CO', 'control', 'Operate', true);
const SELECT_WITH_VALUE = meaning('CO', 'control', 'SelectWithValue', true);
const CANCEL = meaning('CO', 'control', 'Cancel', true);
const SELECT = meaning('CO', 'control', 'Select');
const PLAIN_READ = meaning('', 'read', 'read');

/** By functional constraint, where nothing else decides. */
const WRITES = tableOf<Meaning>({
  SP: meaning('SP', 'configure', 'SetDataValues'),
  CF: meaning('CF', 'configure', 'SetDataValues'),
  DC: meaning('DC', 'configure', 'SetDataValues'),
  SG: meaning('SG', 'configure', 'SetEditSGValue'),
  SE: meaning('SE', 'configure', 'SetEditSGValue'),
  SV: meaning('SV', 'force', 'SetDataValues'),
  BL: meaning('BL', 'force', 'SetDataValues'),
  RP: meaning('RP', 'subscribe', 'SetURCBValues'),
  BR: meaning('BR', 'subscribe', 'SetBRCBValues'),
  LG: meaning('LG', 'configure', 'SetLCBValues'),
  GO: meaning('GO', 'configure', 'SetGoCBValues'),
  GS: meaning('GS', 'configure', 'SetGsCBValues'),
  MS: meaning('MS', 'configure', 'SetMSVCBValues'),
  US: meaning('US', 'configure', 'SetUSVCBValues'),
  ST: meaning('ST', 'write', 'SetDataValues'),
  MX: meaning('MX', 'write', 'SetDataValues'),
});
const ACTIVE_GROUP = meaning('SP', 'configure', 'SelectActiveSG');
const EDIT_GROUP = meaning('SP', 'configure', 'SelectEditSG');
const CONFIRM_GROUP = meaning('SP', 'configure', 'ConfirmEditSGValues');

const has = (itemId: string, part: string): boolean => itemId.endsWith(part) || itemId.includes(`${part}$`);

const writeMeaningOf = (itemId: string): Meaning => {
  const constraint = constraintOf(itemId);
  if (constraint === 'CO') {
    if (has(itemId, '$SBOw')) return SELECT_WITH_VALUE;
    if (has(itemId, '$Cancel')) return CANCEL;
    return OPERATE;
  }
  if (constraint === 'SP' && itemId.includes('$SGCB')) {
    if (itemId.endsWith('$ActSG')) return ACTIVE_GROUP;
    if (itemId.endsWith('$EditSG')) return EDIT_GROUP;
    if (itemId.endsWith('$CnfEdit')) return CONFIRM_GROUP;
  }
  return WRITES[constraint] ?? PLAIN_WRITE;
};

const written = new WeakMap<ObjectName, Meaning>();
export const writeMeaning = (name: ObjectName): Meaning => {
  let known = written.get(name);
  if (known === undefined) {
    known = writeMeaningOf(name.itemId);
    written.set(name, known);
  }
  return known;
};
/** Reading `$CO$...$SBO` selects (IEC 61850-8-1 section 20.2). */
export const readMeaning = (name: ObjectName): Meaning =>
  name.itemId.endsWith('$SBO') && constraintOf(name.itemId) === 'CO' ? SELECT : PLAIN_READ;

/** Common data class attributes of the name plates (IEC 61850-7-3 DPL, LPL) that say what a device is. */
const PLATE: readonly (readonly [string, Attribute, number])[] = [
  ['$PhyNam$vendor', 'vendor', 1],
  ['$PhyNam$model', 'model', 1],
  ['$PhyNam$hwRev', 'hardware', 1],
  ['$PhyNam$swRev', 'firmware', 1],
  ['$PhyNam$serNum', 'serial', 1],
  ['$PhyNam$location', 'location', 0.9],
  ['$PhyNam$name', 'station-name', 0.9],
  ['LLN0$DC$NamPlt$vendor', 'vendor', 0.8],
  ['LLN0$DC$NamPlt$swRev', 'firmware', 0.7],
  ['LLN0$DC$NamPlt$d', 'description', 0.7],
];
/** Which attribute a variable is by its path; undefined for nearly all. */
export const plateOf = (path: string): readonly [string, Attribute, number] | undefined => {
  if (!path.includes('$PhyNam$') && !path.includes('$NamPlt$')) return undefined;
  return PLATE.find(([ending]) => path.endsWith(ending));
};

/** Objects that every TASE.2 server has (IEC 60870-6-503 section 7.1.2, 60870-6-802). */
const TASE2 = new Set([
  'TASE2_Version',
  'Supported_Features',
  'Bilateral_Table_ID',
  'Next_DSTransfer_Set',
  'Transfer_Set_Name',
  'Transfer_Set_Time_Stamp',
  'DSConditions_Detected',
  'Event_Code_Detected',
  'Transfer_Report_ACK',
  'Transfer_Report_NACK',
]);
export const isTase2 = (name: ObjectName): boolean => TASE2.has(name.itemId);
export const NEXT_TRANSFER_SET = 'Next_DSTransfer_Set';

/** AddCause of LastApplError (IEC 61850-7-2 section 20.5.2.9): why a control was refused. */
const ADD_CAUSES = [
  'unknown',
  'not-supported',
  'blocked-by-switching-hierarchy',
  'select-failed',
  'invalid-position',
  'position-reached',
  'parameter-change-in-execution',
  'step-limit',
  'blocked-by-mode',
  'blocked-by-process',
  'blocked-by-interlocking',
  'blocked-by-synchrocheck',
  'command-already-in-execution',
  'blocked-by-health',
  '1-of-n-control',
  'abortion-by-cancel',
  'time-limit-over',
  'abortion-by-trip',
  'object-not-selected',
  'object-already-selected',
  'no-access-authority',
  'ended-with-overshoot',
  'abortion-due-to-deviation',
  'abortion-by-communication-loss',
  'blocked-by-command',
  'none',
  'inconsistent-parameters',
  'locked-by-other-client',
] as const;
export const addCauseText = (n: number): string => `${ADD_CAUSES[n] ?? 'add cause'} (${n})`;
