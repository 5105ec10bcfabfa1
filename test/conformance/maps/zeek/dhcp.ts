/** Zeek's dhcp.log: the messages of a transaction (xid) in one row. Addresses of the hosts and times are left out. */
import { type Cell, rowMap, type Seen, type SeenCapture } from '../../types.ts';

interface Dhcp {
  readonly type: string;
  readonly op: number;
  readonly xid: number;
  readonly cookie: string;
  readonly yiaddr: string;
  readonly chaddr: string;
  readonly options: readonly { readonly code: number; readonly value: string | number | readonly string[] }[];
}
type M = Seen<Dhcp>;
/** A transaction is written this long after it began. */
const WATCH_US = 30_000_000;
const TYPES = ['', 'DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM'];

interface Row {
  readonly all: M[];
}
const option = (s: M, code: number): Cell => s.message.options.find((o) => o.code === code)?.value as Cell;
/** The last message that says it. */
const last = (r: Row, value: (s: M) => Cell): Cell =>
  r.all.reduce<Cell>((found, s) => {
    const v = value(s);
    return v === undefined || v === '' ? found : v;
  }, undefined);
const client = (s: M): boolean => s.message.op === 1;

/** What is no text is hexadecimal in ours, `\x13` in Zeek's. */
const sameOctets = (ours: string, theirs: string): boolean =>
  /^(\\x[0-9a-f]{2})+$/i.test(theirs) && theirs.replaceAll('\\x', '').toLowerCase() === ours.toLowerCase();
/** A suboption of the relay agent (82). */
const relay = (r: Row, name: string): Cell =>
  last(r, (s) => {
    const value = s.message.options.find((o) => o.code === 82)?.value;
    return Array.isArray(value)
      ? (value as readonly string[]).find((v) => v.startsWith(`${name}=`))?.slice(name.length + 1)
      : undefined;
  });

/** Frames behind this one with the same octets (a mirror that sees a broadcast twice): Zeek counts them, we do not. */
const copiesOf = (capture: SeenCapture, frame: number): number => {
  let copies = 0;
  while (frame + copies < capture.frames && capture.repeatOf(frame + copies + 1) === frame) copies++;
  return copies;
};

export const zeekDhcp = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'dhcp',
  log: /^(manager\.)?dhcp$/,
  rows: (capture) => {
    const out: Row[] = [];
    const open = new Map<number, Row>();
    // Zeek refuses what has no DHCP cookie.
    for (const s of capture.of<Dhcp>('dhcp').filter((m) => m.message.cookie !== 'other')) {
      let row = open.get(s.message.xid);
      if (row && s.tsUs - row.all.at(-1)!.tsUs > WATCH_US) row = undefined;
      if (row) row.all.push(s);
      else {
        row = { all: [s] };
        open.set(s.message.xid, row);
        out.push(row);
      }
    }
    return out;
  },
  columns: {
    mac: (r) => r.all[0]!.message.chaddr,
    host_name: {
      value: (r) => last(r, (s) => (client(s) ? option(s, 12) : undefined)),
      same: (a, b) => a === b.replace(/(\\x00)+$/, ''),
    },
    client_fqdn: (r) => last(r, (s) => (client(s) ? option(s, 81) : undefined)),
    domain: (r) => last(r, (s) => (client(s) ? undefined : option(s, 15))),
    requested_addr: (r) => last(r, (s) => (client(s) ? option(s, 50) : undefined)),
    assigned_addr: (r) => last(r, (s) => (client(s) || s.message.yiaddr === '0.0.0.0' ? undefined : s.message.yiaddr)),
    lease_time: {
      same: (a, b) => b.includes('e') && Math.abs(Number(b) / Number(a) - 1) < 1e-6,
      value: (r) => {
        const seconds = last(r, (s) => (client(s) ? undefined : option(s, 51)));
        return seconds === undefined ? undefined : Number(seconds).toFixed(6);
      },
    },
    client_message: (r) => last(r, (s) => (client(s) ? option(s, 56) : undefined)),
    server_message: (r) => last(r, (s) => (client(s) ? undefined : option(s, 56))),
    circuit_id: { value: (r) => relay(r, 'circuit'), same: sameOctets },
    agent_remote_id: { value: (r) => relay(r, 'remote'), same: sameOctets },
    subscriber_id: { value: (r) => relay(r, 'subscriber'), same: sameOctets },
    msg_types: {
      value: (r, capture) =>
        r.all.flatMap((s) =>
          new Array<Cell>(1 + copiesOf(capture, s.frame)).fill(
            TYPES[Number(option(s, 53) ?? 0)] || 'unknown-message-type-0',
          ),
        ),
      list: true,
    },
  },
});
