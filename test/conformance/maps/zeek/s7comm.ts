/** ICSNPP's s7comm logs: headers, system status lists, block transfer. */
import type { S7Message } from '../../../../src/decode/s7comm/index.ts';
import { rowMap, type Seen } from '../../types.ts';
import { hex, swap16 } from '../text.ts';
import {
  ERROR_CLASSES,
  FUNCTIONS,
  GROUPS,
  PI_SERVICES,
  RETURN_CODES,
  SUBFUNCTIONS,
  SZL_NAMES,
} from './s7comm-names.ts';

type M = Seen<S7Message>;
const ROSCTR: Record<number, string> = { 1: 'Job-Request', 2: 'ACK', 3: 'ACK-Data', 7: 'User-Data' };
const head = (s: M) => (s.message.detail?.kind === 'userdata' ? s.message.detail.head : undefined);
const body = (s: M) => (s.message.detail?.kind === 'userdata' ? s.message.detail.body : undefined);
const pi = (s: M) =>
  s.message.functionCode === 0x28 && s.message.rosctr === 1 && s.message.detail?.kind === 'pi'
    ? s.message.detail.service
    : undefined;
const METHOD: Record<number, string> = { 4: 'Request', 8: 'Response', 0: 'Push' };
/** Jobs have none; of userdata only long parameters. */
const hasError = (s: M): boolean =>
  s.message.rosctr === 2 || s.message.rosctr === 3 || (head(s)?.dataUnitReference ?? -1) >= 0;

/**
 * The plug-in writes no row for an acknowledgement without parameter, for a data unit that others follow, and for the
 * request of the next one (its parameter has the long form of an answer).
 */
const hasRow = (s: M): boolean => {
  const h = head(s);
  if (h === undefined) return s.message.rosctr !== 2 || s.message.parameterLength > 0;
  return h.lastDataUnit && (h.kindOfUserdata !== 4 || h.dataUnitReference < 0);
};

export const zeekS7comm = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 's7comm',
  log: 's7comm',
  rows: (capture) => capture.of<S7Message>('s7comm').filter(hasRow),
  columns: {
    rosctr_code: (s) => s.message.rosctr,
    rosctr_name: (s) => ROSCTR[s.message.rosctr] ?? 'unknown',
    // The plug-in reads the reference with its low octet first.
    pdu_reference: (s) => swap16(s.message.pduReference),
    function_code: (s) => {
      const h = head(s);
      if (h) return hex((h.kindOfUserdata << 4) | h.group, 2);
      return s.message.functionCode < 0 ? undefined : hex(s.message.functionCode, 2);
    },
    function_name: (s) => {
      const h = head(s);
      if (h) return `${METHOD[h.kindOfUserdata] ?? 'Unknown'}: ${GROUPS[h.group] ?? 'unknown'}`;
      return s.message.functionCode < 0 ? undefined : (FUNCTIONS[s.message.functionCode] ?? 'unknown');
    },
    subfunction_code: (s) => (head(s) ? hex(head(s)!.subfunction, 2) : pi(s)),
    subfunction_name: (s) => {
      const h = head(s);
      if (h) return SUBFUNCTIONS[h.group] ? (SUBFUNCTIONS[h.group]![h.subfunction] ?? 'unknown') : undefined;
      const service = pi(s);
      return service === undefined ? undefined : (PI_SERVICES[service] ?? 'unknown');
    },
    error_class: (s) => {
      if (!hasError(s)) return undefined;
      if (head(s)) return s.message.error === 0 ? 'No error' : 'Parameter Error';
      return ERROR_CLASSES[s.message.error >> 8] ?? `Unknown error class-${hex(s.message.error >> 8, 2)}`;
    },
    error_code: (s) => (hasError(s) ? hex(head(s) ? s.message.error : s.message.error & 0xff, 2) : undefined),
  },
  align: { is_orig: (s) => s.toServer },
});

const szl = (s: M): { id: number; index: number } | undefined => {
  const b = body(s);
  return b?.kind === 'szl-request' ? b : b?.kind === 'szl' ? b.szl : undefined;
};

export const zeekS7Szl = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 's7comm',
  log: 's7comm_read_szl',
  // The plug-in does not join the data units of a long answer and writes no row for it.
  rows: (capture) =>
    capture.of<S7Message>('s7comm').filter((s) => szl(s) !== undefined && (head(s)?.fragments ?? 1) <= 1),
  columns: {
    pdu_reference: (s) => swap16(s.message.pduReference),
    method: (s) => (head(s)?.kindOfUserdata === 4 ? 'Request' : 'Response'),
    szl_id: (s) => hex(szl(s)!.id, 4),
    szl_id_name: (s) => SZL_NAMES[szl(s)!.id & 0xff] ?? 'Unknown',
    szl_index: (s) => hex(szl(s)!.index, 4),
    return_code: (s) => hex(head(s)!.returnCode, 2),
    return_code_name: (s) => RETURN_CODES[head(s)!.returnCode] ?? 'Unknown',
  },
  align: { is_orig: (s) => s.toServer },
});

interface Device {
  readonly seen: M;
  /** Component identification by its index (Siemens, System Status Lists, list 0x1C). */
  readonly parts: Map<number, string>;
}
/** What a connection said of the device behind it: one row at its end. */
export const zeekS7Devices = rowMap<Device>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 's7comm',
  log: 's7comm_known_devices',
  rows: (capture) => {
    const devices = new Map<number, Device>();
    for (const seen of capture.of<S7Message>('s7comm')) {
      const b = body(seen);
      if (b?.kind !== 'szl') continue;
      for (const entry of b.szl.entries) {
        if (entry.kind !== 'component' || entry.text === '') continue;
        const device = devices.get(seen.flow) ?? { seen, parts: new Map() };
        device.parts.set(entry.index, entry.text);
        devices.set(seen.flow, device);
      }
    }
    return [...devices.values()];
  },
  columns: {
    automation_system_name: (d) => d.parts.get(1),
    module_name: (d) => d.parts.get(2),
    plant_name: (d) => d.parts.get(3),
    module_serial: (d) => d.parts.get(5),
  },
});

const transfer = (s: M) => (s.message.detail?.kind === 'transfer' ? s.message.detail : undefined);
const BLOCKS: Record<string, string> = {
  '08': 'Organization Block',
  '0A': 'Data Block',
  '0B': 'System Data Block',
  '0C': 'Function',
  '0D': 'System Function',
  '0E': 'Function Block',
  '0F': 'System Function Block',
};
const file = (s: M): string | undefined => transfer(s)?.file?.name;
const isBlock = (code: number): boolean => code === 0x1e || code === 0x1b;

export const zeekS7Transfer = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 's7comm',
  log: 's7comm_upload_download',
  rows: (capture) =>
    capture
      .of<S7Message>('s7comm')
      .filter((s) => s.message.functionCode >= 0x1a && s.message.functionCode <= 0x1f && s.message.parameterLength > 0),
  columns: {
    rosctr: (s) => ROSCTR[s.message.rosctr] ?? 'unknown',
    pdu_reference: (s) => swap16(s.message.pduReference),
    function_name: (s) => FUNCTIONS[s.message.functionCode],
    function_status: (s) => (transfer(s) ? hex(transfer(s)!.status, 2) : undefined),
    session_id: (s) => {
      const session = transfer(s)?.session ?? -1;
      return session < 0 ? undefined : session;
    },
    blocklength: (s) =>
      isBlock(s.message.functionCode) && s.message.payload.length > 0
        ? s.message.payload.length
        : (transfer(s)?.blockLength ?? -1) < 0
          ? undefined
          : transfer(s)!.blockLength,
    filename: file,
    block_type: (s) => (file(s) === undefined ? undefined : (BLOCKS[file(s)!.slice(1, 3)] ?? 'Unknown')),
    block_number: (s) => file(s)?.slice(3, 8),
    destination_filesystem: (s) =>
      file(s) === undefined ? undefined : ({ A: 'Active', P: 'Passive' }[file(s)!.slice(8, 9)] ?? 'Unknown'),
  },
  align: { is_orig: (s) => s.toServer },
});
