/** tshark's s7comm.* columns. */
import type { S7Message } from '../../../../src/decode/s7comm/index.ts';
import { type Cell, frameMap, type Seen } from '../../types.ts';
import { hex, octets } from '../text.ts';

type M = Seen<S7Message>;

const READ = 4;
const WRITE = 5;
/** Upload and Download Block: octets of a block in the data. */
const BLOCK = new Set([0x1e, 0x1b]);
const ANY = 0x10;

const isVariable = (s: M): boolean => s.message.functionCode === READ || s.message.functionCode === WRITE;
const head = (s: M) => (s.message.detail?.kind === 'userdata' ? s.message.detail.head : undefined);
/** Cyclic and change driven transfer (group 2, subfunctions 1 and 5) name items as Read Var does. */
const isCyclic = (s: M): boolean => head(s)?.group === 2 && (head(s)?.subfunction === 1 || head(s)?.subfunction === 5);
const isAlarmQuery = (s: M): boolean => head(s)?.group === 4 && head(s)?.subfunction === 0x13;
const items = (s: M) => s.message.items.filter((i) => i.syntax === ANY);
const hasError = (s: M): boolean => s.message.rosctr === 2 || s.message.rosctr === 3;
/** Return codes of a Write Var answer stand alone, without size and length. */
const full = (s: M) => (s.message.functionCode === WRITE && s.message.rosctr === 3 ? [] : s.message.data);

/** Items that were refused have size and length 0 on the wire; tshark shows those of the item before (0 of the first). */
const READ_AT_ALL = new Set([0x00, 0x0a, 0xff]);
const shown = <T>(s: M, pick: (d: S7Message['data'][number]) => T, first: T): T[] => {
  let last = first;
  return full(s).map((d) => {
    if (READ_AT_ALL.has(d.returnCode)) last = pick(d);
    return last;
  });
};

const szl = (s: M): { id: number; index: number } | undefined => {
  const d = s.message.detail;
  if (d?.kind !== 'userdata') return undefined;
  return d.body.kind === 'szl-request' ? d.body : d.body.kind === 'szl' ? d.body.szl : undefined;
};

const values = (s: M): Cell =>
  BLOCK.has(s.message.functionCode) && s.message.payload.length > 0
    ? octets(s.message.payload)
    : full(s).map((d) =>
        // An item without octets has no field of its own, but for one of an answer with return code 0.
        d.length > 0
          ? octets(s.message.payload.subarray(d.start, d.start + d.length))
          : d.returnCode === 0 && s.message.functionCode === READ
            ? '<MISSING>'
            : '',
      );

export const tsharkS7comm = frameMap<S7Message>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 's7comm',
  columns: {
    's7comm.header.rosctr': (s) => s.message.rosctr,
    's7comm.header.pduref': (s) => s.message.pduReference,
    's7comm.header.parlg': (s) => s.message.parameterLength,
    's7comm.header.datlg': (s) => s.message.dataLength,
    's7comm.header.errcls': (s) => (hasError(s) ? hex(s.message.error >> 8, 2) : undefined),
    's7comm.header.errcod': (s) => (hasError(s) ? hex(s.message.error & 0xff, 2) : undefined),
    's7comm.param.func': (s) => (s.message.functionCode < 0 ? undefined : hex(s.message.functionCode, 2)),
    's7comm.param.itemcount': (s) =>
      isVariable(s)
        ? s.message.rosctr === 1
          ? s.message.items.length
          : s.message.data.length
        : isCyclic(s) && s.message.items.length + s.message.data.length > 0
          ? Math.max(s.message.items.length, s.message.data.length)
          : undefined,
    's7comm.param.item.area': (s) => items(s).map((i) => hex(i.area, 2)),
    's7comm.param.item.db': (s) => items(s).map((i) => i.db),
    's7comm.param.item.address': (s) => items(s).map((i) => hex(i.address, 6)),
    's7comm.param.item.length': (s) => items(s).map((i) => i.count),
    's7comm.param.item.transp_size': (s) => items(s).map((i) => i.elementType),
    's7comm.data.returncode': (s) => [
      ...(head(s) !== undefined && head(s)!.returnCode >= 0 ? [hex(head(s)!.returnCode, 2)] : []),
      ...s.message.data.map((d) => hex(d.returnCode, 2)),
    ],
    's7comm.data.transportsize': (s) => [
      ...(head(s) !== undefined && head(s)!.returnCode >= 0 ? [hex(head(s)!.transportSize, 2)] : []),
      ...shown(s, (d) => hex(d.transportSize, 2), hex(0, 2)),
    ],
    's7comm.data.length': (s) =>
      BLOCK.has(s.message.functionCode) && s.message.payload.length > 0
        ? s.message.payload.length
        : [
            ...(head(s) !== undefined && head(s)!.returnCode >= 0 ? [head(s)!.dataLength] : []),
            // Of an alarm query the octets of an object have a field of their own where there are none.
            ...shown(s, (d) => (isAlarmQuery(s) && d.length === 0 ? undefined : d.length), 0),
          ],
    's7comm.resp.data': values,
    's7comm.param.userdata.type': (s) => head(s)?.kindOfUserdata,
    's7comm.param.userdata.funcgroup': (s) => head(s)?.group,
    // Of a mode transition (group 0) it is the new mode, a field of its own.
    's7comm.param.userdata.subfunc': (s) => {
      const h = head(s);
      if (h === undefined || h.group === 0) return undefined;
      // Of groups without a table of subfunctions (6, BSEND and BRECV, and 8 to 14) it is written as a hexadecimal number.
      return h.group === 6 || (h.group >= 8 && h.group <= 14) ? hex(h.subfunction, 2) : h.subfunction;
    },
    's7comm.data.userdata.szl_id': (s) => (szl(s) ? hex(szl(s)!.id, 4) : undefined),
    's7comm.data.userdata.szl_index': (s) => (szl(s) ? hex(szl(s)!.index, 4) : undefined),
  },
});
