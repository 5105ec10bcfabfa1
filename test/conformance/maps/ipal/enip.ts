/** IPAL's cip messages: tags read and written by name, values as octets. */
import type { EnipMessage } from '../../../../src/decode/enip/index.ts';
import { ipalData } from '../../readers.ts';
import { type Cell, rowMap, type Seen } from '../../types.ts';
import { octets } from '../text.ts';

type M = Seen<EnipMessage>;
type Cip = NonNullable<EnipMessage['cip']>;

const READ = 0x4c;
const WRITE = 0x4d;
/** The request itself, or the one that an Unconnected Send carries. */
const inner = (cip: Cip | undefined): Cip | undefined =>
  cip?.service === 0x52 && cip.embedded.length === 1 ? cip.embedded[0] : cip;
const isTag = (s: M): boolean => {
  const service = inner(s.message.cip)?.service;
  return service === READ || service === WRITE;
};

/** Elementary types of CIP as numbers; octets as hexadecimal text for any other. */
const typed = (type: number, b: Uint8Array): unknown => {
  const v = new DataView(b.buffer, b.byteOffset, b.byteLength);
  const size = { 193: 1, 194: 1, 195: 2, 196: 4, 198: 1, 199: 2, 200: 4, 202: 4, 203: 8 }[type] ?? 99;
  if (b.length < size) return octets(b);
  if (type === 0xc1 || type === 0xc6) return b[0];
  if (type === 0xc2) return v.getInt8(0);
  if (type === 0xc3) return v.getInt16(0, true);
  if (type === 0xc4) return v.getInt32(0, true);
  if (type === 0xc7) return v.getUint16(0, true);
  if (type === 0xc8) return v.getUint32(0, true);
  if (type === 0xca) return v.getFloat32(0, true);
  if (type === 0xcb) return v.getFloat64(0, true);
  return octets(b);
};

/** `rules`: IPAL was told the types of the tags; the answer itself says them too. */
const data =
  (rules: boolean) =>
  (s: M): Cell => {
    const own = inner(s.message.cip)!;
    const request = own.kind === 'request' ? own : inner(s.transaction?.request?.message.cip);
    if (!request) return undefined;
    // IPAL leaves the index of a tag out (`FIT201:2`).
    const name = request.path.symbol.replace(/:\d+$/, '');
    const has = own.kind === 'request' ? own.service === WRITE : own.service === READ;
    if (!has) return ipalData([[name, null]]);
    // Type (2), in requests also the number of elements (2).
    const values = own.data.subarray(own.kind === 'request' ? 4 : 2);
    return ipalData([[name, rules ? typed(own.data[0]! | (own.data[1]! << 8), values) : octets(values)]]);
  };

const messages = (log: RegExp, rules: boolean) =>
  rowMap<M>({
    shape: 'rows',
    peer: 'ipal',
    protocol: 'enip',
    log,
    rows: (capture) => capture.of<EnipMessage>('enip').filter(isTag),
    columns: {
      activity: (s) => {
        const cip = inner(s.message.cip)!;
        return cip.service === WRITE
          ? cip.kind === 'request'
            ? 'command'
            : 'action'
          : cip.kind === 'request'
            ? 'interrogate'
            : 'inform';
      },
      type: (s) => inner(s.message.cip)!.service,
      length: (s) => s.message.length,
      data: { value: data(rules), list: true },
    },
    align: {
      src: (s) => `${s.sender}:${s.senderPort}`,
      dest: (s) => `${s.receiver}:${s.receiverPort}`,
    },
  });

export const ipalEnip = messages(/(^|raw_)cip\.ipal$/, false);
export const ipalEnipRules = messages(/rules_cip\.ipal$/, true);
