/** ICSNPP's BSAP logs: headers and remote database functions, on IP and in serial frames. */
import type { BsapElement, BsapMessage } from '../../../../src/decode/bsap/wire.ts';
import { rowMap, type Seen } from '../../types.ts';
import { octetText, upperHex } from './octet-text.ts';

type M = Seen<BsapMessage>;
const KINDS: Record<number, string> = {
  0: 'POLL',
  1: 'RESPONSECNT',
  5: 'RESPONSE',
  6: 'REQUEST',
  132: 'REQUEST',
  134: 'REQUEST',
};
const unknownKind = (n: number): string => `Unknown Message Type-0x${n.toString(16).padStart(2, '0')}`;
// biome-ignore format: a table
const FUNCTIONS: Record<number, string> = {
  0: 'READ_SIGNAL_BY_ADDRESS', 2: 'READ_LOGICAL_BY_ADDRESS', 4: 'READ_SIGNAL_BY_NAME', 6: 'READ_LOGICAL_BY_NAME', 12: 'READ_SIGNAL_BY_LIST_START',
  13: 'READ_SIGNAL_BY_LIST_CONTINUE', 14: 'READ_LOGICAL_BY_LIST_START', 15: 'READ_LOGICAL_BY_LIST_CONTINUE', 128: 'WRITE_SIGNAL_BY_ADDRESS', 132: 'WRITE_SIGNAL_BY_NAME',
  140: 'WRITE_SIGNAL_BY_LIST_START', 141: 'WRITE_SIGNAL_BY_LIST_CONTINUE',
};
const functionName = (n: number): string => FUNCTIONS[n] ?? `Unknown RDB Func-0x${n.toString(16).padStart(2, '0')}`;
const requestOf = (s: M): BsapMessage | undefined =>
  s.message.kind === 'response' ? s.transaction?.request?.message : s.message;

const functionText = (s: M): string | undefined => {
  const request = requestOf(s);
  if (request === undefined) return undefined;
  const name = functionName(request.rdbFunction);
  return s.message.kind === 'response' ? `RSP_${name}` : name;
};

/** The plug-in takes every element for octets: analog ones for errors. */
const elementText = (e: BsapElement): string => {
  const address = upperHex(e.octets.subarray(e.octets.length - 4, e.octets.length - 2));
  const body = e.octets.subarray(0, e.octets.length - 4);
  if (body.length === 2) return `0x${upperHex(body)} Addr 0x${address}`;
  return `Errdata 0x${upperHex(body.subarray(1, 3))} Errdata 0x${upperHex(body.subarray(3, 5))} Addr 0x${address}`;
};

/** The plug-in reads the first message of a datagram, and of kind 1 (an answer again) only the header. */
const isPlain = (s: M): boolean => s.message.ip !== undefined && s.message.ip.kind !== 1;

const variables = (s: M): string[] => {
  const m = s.message;
  const request = requestOf(s);
  if (m.kind === 'request') {
    if (m.names.length > 0) return m.names.filter((n) => n.startsWith('@'));
    if (m.writes.length > 0 && m.rdbFunction === 128)
      return [m.writes.map((w) => `Addr 0x${swapped(w.address)} `).join('')];
    return m.writes.map((w) => w.name);
  }
  if (request?.rdbFunction === 128) return [request.writes.map((w) => `Addr 0x${swapped(w.address)} `).join('')];
  return m.elements.map(elementText);
};
const swapped = (n: number): string => upperHex([n & 255, n >> 8]);
const values = (s: M): string[] =>
  s.message.kind === 'request' && s.message.rdbFunction === 128
    ? [s.message.writes.map((w) => upperHex([w.descriptor])).join('')]
    : [];

export const zeekBsapHeader = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'bsap',
  log: 'bsap_ip_header',
  rows: (capture) => capture.of<BsapMessage>('bsap').filter((s) => s.message.ip !== undefined),
  align: { is_orig: (s) => s.toServer },
  columns: {
    num_msg: (s) => s.message.ip!.messages,
    type_name: (s) => KINDS[s.message.ip!.kind] ?? unknownKind(s.message.ip!.kind),
  },
});

export const zeekBsapRdb = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'bsap',
  log: 'bsap_ip_rdb',
  rows: (capture) =>
    capture
      .of<BsapMessage>('bsap')
      .filter((s) => isPlain(s) && (s.message.kind === 'request' || s.message.kind === 'response')),
  align: { is_orig: (s) => s.toServer },
  columns: {
    header_size: (s) => (s.message.kind === 'response' ? s.message.length : undefined),
    mes_seq: (s) => s.message.sequence,
    res_seq: (s) => s.message.sequence,
    data_len: (s) => s.message.length,
    sequence: (s) => (s.message.kind === 'response' ? s.message.sequence : undefined),
    app_func_code: () => 'RDB',
    // Of answers the plug-in writes its number of the function here.
    node_status: (s) => {
      const request = requestOf(s);
      return request === undefined ? undefined : s.message.kind === 'response' ? request.rdbFunction + 0x50 : 0;
    },
    func_code: functionText,
    variable_count: (s) => s.message.count,
    variables: { value: variables, list: true },
    variable_value: { value: values, list: true },
  },
});

const FUNCTION_NAMES: Record<number, string> = { 3: 'PEI_PC', 160: 'RDB', 161: 'RDB_EXTENSION' };
const applicationName = (n: number): string =>
  FUNCTION_NAMES[n] ?? `Unknown APP Func-0x${n.toString(16).padStart(2, '0')}`;
const serialRows = (s: M): boolean => s.message.serial !== undefined && s.message.serial.sequence >= 0;

export const zeekBsapSerialHeader = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'bsap',
  log: 'bsap_serial_header',
  rows: (capture) => capture.of<BsapMessage>('bsap').filter(serialRows),
  align: { is_orig: (s) => s.toServer },
  columns: {
    ser: (s) => s.message.serial!.serialNumber,
    dadd: (s) => (s.message.serial!.global ? s.message.serial!.destination : undefined),
    sadd: (s) => (s.message.serial!.global ? s.message.serial!.source : undefined),
    ctl: (s) => (s.message.serial!.global ? s.message.serial!.control : undefined),
    dfun: (s) => applicationName(s.message.serial!.destinationFunction),
    seq: (s) => s.message.serial!.sequence,
    sfun: (s) => applicationName(s.message.serial!.sourceFunction),
    nsb: (s) => s.message.serial!.nodeStatus,
    type_name: (s) => (s.message.serial!.global ? 'Global Message' : 'Local Message'),
  },
});

/** Of serial answers the plug-in writes the octets of all values as one hexadecimal text for each element asked for. */
export const zeekBsapSerialRdb = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'bsap',
  log: 'bsap_serial_rdb',
  rows: (capture) =>
    capture
      .of<BsapMessage>('bsap')
      .filter((s) => serialRows(s) && (s.message.kind === 'request' || s.message.kind === 'response')),
  align: { is_orig: (s) => s.toServer },
  columns: {
    func_code: functionText,
    variable_count: (s) => s.message.count,
    variables: { value: (s) => (s.message.kind === 'request' ? variables(s) : []), list: true },
  },
});

export const zeekBsapSerialExt = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'bsap',
  log: 'bsap_serial_rdb_ext',
  rows: (capture) => capture.of<BsapMessage>('bsap').filter((s) => serialRows(s) && s.message.extension >= 0),
  columns: {
    dfun: (s) => applicationName(s.message.serial!.destinationFunction),
    seq: (s) => s.message.serial!.sequence,
    sfun: (s) => applicationName(s.message.serial!.sourceFunction),
    nsb: (s) => s.message.serial!.nodeStatus,
    extfun: (s) =>
      EXTENSIONS[s.message.extension] ?? `Unknown RDB Func-0x${s.message.extension.toString(16).padStart(2, '0')}`,
    data: (s) => octetText(s.message.data.subarray(2)),
  },
});
// biome-ignore format: a table
const EXTENSIONS: Record<number, string> = {
  257: 'RESET SYSTEM', 258: 'DIAGNOSTICS RESET', 513: 'READ DATE AND TIME', 514: 'READ DATE', 515: 'READ TIME', 641: 'WRITE DATE AND TIME', 1024: 'CHANGE LOCAL NODE ADDR',
};
