/**
 * Zeek's radius.log: one row for each accept or reject, with what the requests and challenges before it said. Zeek drops
 * datagrams whose checksum is wrong, which are read here: what we have besides does not count as extra. A damaged packet, read here up to its damage, is none for Zeek.
 */
import { attribute, type RadiusMessage } from '../../../../src/decode/radius/wire.ts';
import { rowMap, type Seen, type SeenCapture } from '../../types.ts';

interface Row {
  readonly seen: Seen<RadiusMessage>;
  readonly startUs: number;
  lastUs: number;
  username?: string | undefined;
  mac?: string | undefined;
  framed?: string | undefined;
  tunnel?: string | undefined;
  connectInfo?: string | undefined;
  reply?: string | undefined;
  result: string;
  ttlUs: number;
}

/** Zeek forgets a UDP connection after a minute without packets. */
const IDLE_US = 60_000_000;
const PORT = 1812;

const textOf = (m: RadiusMessage, number: number): string | undefined => {
  const value = attribute(m, number);
  return value === undefined ? undefined : String(value);
};
/** Zeek's own form of a MAC address; nothing when it is none. */
const mac = (text: string): string => {
  const digits = text.replace(/[-:.]/g, '').toLowerCase();
  return /^[0-9a-f]{12}/.test(digits) ? digits.slice(0, 12).replace(/..(?=.)/g, '$&:') : '';
};

const rows = (capture: SeenCapture): Row[] => {
  const out: Row[] = [];
  const open = new Map<string, Row>();
  const unknown = (row: Row): void => {
    row.result = 'unknown';
    out.push(row);
  };
  for (const s of capture.of<RadiusMessage>('radius')) {
    if (s.senderPort !== PORT && s.receiverPort !== PORT) continue;
    if (s.message.cut !== undefined) continue;
    const ends = [`${s.sender} ${s.senderPort}`, `${s.receiver} ${s.receiverPort}`].sort();
    const key = ends.join(' ');
    let row = open.get(key);
    if (row && s.tsUs - row.lastUs > IDLE_US) {
      unknown(row);
      row = undefined;
    }
    if (row === undefined) {
      row = { seen: s, startUs: s.tsUs, lastUs: s.tsUs, result: '', ttlUs: 0 };
      open.set(key, row);
    }
    row.lastUs = s.tsUs;
    const m = s.message;
    if (m.type === 'Access-Request') {
      row.username ??= textOf(m, 1);
      const station = textOf(m, 31);
      if (station !== undefined) row.mac ??= mac(station);
      row.tunnel ??= textOf(m, 66);
      row.connectInfo ??= textOf(m, 77);
    } else if (m.type === 'Access-Challenge') {
      row.framed ??= textOf(m, 8);
      row.reply ??= textOf(m, 18);
    } else if (m.type === 'Access-Accept' || m.type === 'Access-Reject') {
      row.result = m.type === 'Access-Accept' ? 'success' : 'failed';
      row.ttlUs = s.tsUs - row.startUs;
      out.push(row);
      open.delete(key);
    }
  }
  for (const row of open.values()) unknown(row);
  return out;
};

export const zeekRadius = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'radius',
  log: 'radius',
  rows,
  columns: {
    username: { value: (r) => r.username, complete: false },
    mac: { value: (r) => r.mac, complete: false },
    framed_addr: { value: (r) => r.framed, complete: false },
    tunnel_client: { value: (r) => r.tunnel, complete: false },
    remote_ip: { value: (r) => r.tunnel, complete: false },
    connect_info: { value: (r) => r.connectInfo, complete: false },
    reply_msg: { value: (r) => r.reply, complete: false },
    result: { value: (r) => r.result, complete: false },
    ttl: {
      value: (r) => (r.result !== 'unknown' && r.ttlUs > 0 ? (r.ttlUs / 1e6).toFixed(6) : undefined),
      complete: false,
    },
  },
});
