/** tcpdump's `-v` lines about DHCPv4: the header, and the options by their numbers. */
import { readDump } from '../../readers.ts';
import { type Cell, type PeerLog, rowMap, type Seen } from '../../types.ts';

interface Dhcp {
  readonly type: string;
  readonly op: number;
  readonly hops: number;
  readonly xid: number;
  readonly broadcast: boolean;
  readonly ciaddr: string;
  readonly yiaddr: string;
  readonly siaddr: string;
  readonly giaddr: string;
  readonly chaddr: string;
  readonly options: readonly { readonly code: number; readonly value: string | number | readonly string[] }[];
}
type M = Seen<Dhcp>;

const TYPES = ['', 'Discover', 'Offer', 'Request', 'Decline', 'ACK', 'NACK', 'Release', 'Inform'];
/** Options of one value or a list of them; those that tcpdump takes apart or prints as octets are left out. */
const OPTIONS = [1, 3, 6, 12, 15, 28, 42, 50, 51, 53, 54, 57, 58, 59, 60, 66, 67, 100, 101, 114, 150, 161] as const;

const read = (text: string): PeerLog => ({
  columns: [
    'op',
    'hops',
    'xid',
    'broadcast',
    'Client-IP',
    'Your-IP',
    'Server-IP',
    'Gateway-IP',
    'Client-Ethernet-Address',
  ].concat(OPTIONS.map((code) => `option ${code}`)),
  rows: readDump(text).flatMap((block) => {
    const lines = block.body.map((l) => l.trim());
    const head = lines.find((l) => l.includes('BOOTP/DHCP, '));
    if (head === undefined) return [];
    const row: Record<string, string> = {
      op: /DHCP, (Request|Reply|unknown \S+)/.exec(head)?.[1] ?? '',
      hops: /, hops (\d+)/.exec(head)?.[1] ?? '0',
      xid: /xid (0x[0-9a-f]+)/.exec(head)?.[1] ?? '',
      broadcast: /Flags \[Broadcast/.test(head) ? 'T' : 'F',
    };
    for (const line of lines) {
      const address = /^((?:Client|Your|Server|Gateway)-IP|Client-Ethernet-Address) (\S+)/.exec(line);
      if (address) row[address[1]!] = address[2]!;
      const option = /\((\d+)\), length \d+: (.+)$/.exec(line);
      if (option && OPTIONS.some((code) => String(code) === option[1]))
        row[`option ${option[1]}`] = option[2]!.replace(/^"(.*)"$/, '$1');
    }
    return [row];
  }),
});

const address = (ip: string): string | undefined => (ip === '0.0.0.0' ? undefined : ip);
const option =
  (code: number) =>
  (s: M): Cell => {
    const value = s.message.options.find((o) => o.code === code)?.value;
    if (code === 53 && typeof value === 'number') return TYPES[value] ?? value;
    return typeof value === 'object' ? value.join(',') : value;
  };

export const tcpdumpDhcp = rowMap<M>({
  shape: 'rows',
  peer: 'tcpdump',
  protocol: 'dhcp',
  log: /dhcp.*\.out$/,
  read,
  rows: (capture) => capture.of<Dhcp>('dhcp'),
  columns: {
    op: (s) => (s.message.op === 1 ? 'Request' : 'Reply'),
    hops: (s) => s.message.hops,
    xid: (s) => `0x${(s.message.xid >>> 0).toString(16)}`,
    broadcast: (s) => s.message.broadcast,
    'Client-IP': (s) => address(s.message.ciaddr),
    'Your-IP': (s) => address(s.message.yiaddr),
    'Server-IP': (s) => address(s.message.siaddr),
    'Gateway-IP': (s) => address(s.message.giaddr),
    'Client-Ethernet-Address': (s) => s.message.chaddr,
    ...Object.fromEntries(OPTIONS.map((code) => [`option ${code}`, { value: option(code), whole: true }])),
  },
});
