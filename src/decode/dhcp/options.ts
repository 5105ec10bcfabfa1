/**
 * DHCP options: their names and how their octets read and write. Sources: RFC 2132 (most), RFC 3046 (82), RFC 3397 (119),
 * RFC 3442 (121), RFC 4702 (81), RFC 5859 (150), RFC 8520 (161, MUD), RFC 8572 (143), RFC 8925 (108).
 */
import { ipv4Parse, ipv4Text, macText } from '../../lib/address.ts';
import { ascii, hex, i32be, u16be, u32be, utf8 } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

export type OptionKind =
  | 'ip'
  | 'ips'
  | 'ip-pairs'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'text'
  | 'hex'
  | 'flag'
  | 'codes'
  | 'routes'
  | 'fqdn'
  | 'relay'
  | 'client-id'
  | 'domains'
  | 'uris'
  | 'masked';
export type OptionValue = string | number | readonly string[];

/** Values kept of a list option. */
export const MAX_LIST = 64;

const NAMES: ReadonlyMap<number, readonly [name: string, kind: OptionKind]> = new Map([
  [1, ['subnet mask', 'ip']],
  [2, ['time offset', 'u32']],
  [3, ['router', 'ips']],
  [4, ['time server', 'ips']],
  [5, ['name server', 'ips']],
  [6, ['DNS server', 'ips']],
  [7, ['log server', 'ips']],
  [9, ['LPR server', 'ips']],
  [12, ['host name', 'text']],
  [13, ['boot file size', 'u16']],
  [15, ['domain name', 'text']],
  [17, ['root path', 'text']],
  [19, ['IP forwarding', 'u8']],
  [22, ['maximum datagram', 'u16']],
  [23, ['default TTL', 'u8']],
  [26, ['interface MTU', 'u16']],
  [28, ['broadcast address', 'ip']],
  [31, ['perform router discovery', 'u8']],
  [33, ['static route', 'ip-pairs']],
  [42, ['NTP server', 'ips']],
  [43, ['vendor specific', 'hex']],
  [44, ['NetBIOS name server', 'ips']],
  [46, ['NetBIOS node type', 'u8']],
  [47, ['NetBIOS scope', 'text']],
  [50, ['requested address', 'ip']],
  [51, ['lease time', 'u32']],
  [52, ['overload', 'u8']],
  [53, ['message type', 'u8']],
  [54, ['server identifier', 'ip']],
  [55, ['parameter request list', 'codes']],
  [56, ['message', 'text']],
  [57, ['maximum message size', 'u16']],
  [58, ['renewal time', 'u32']],
  [59, ['rebinding time', 'u32']],
  [60, ['vendor class', 'text']],
  [61, ['client identifier', 'client-id']],
  [66, ['TFTP server name', 'text']],
  [67, ['boot file name', 'text']],
  [69, ['SMTP server', 'ips']],
  [77, ['user class', 'hex']],
  [80, ['rapid commit', 'flag']],
  [81, ['client FQDN', 'fqdn']],
  [82, ['relay agent information', 'relay']],
  // A configuration token of protocol 0 is a password in clear (RFC 3118 section 4).
  [90, ['authentication', 'masked']],
  [93, ['client architecture', 'u16']],
  [94, ['client network interface', 'hex']],
  [97, ['client machine', 'hex']],
  [100, ['POSIX time zone', 'text']],
  [101, ['time zone name', 'text']],
  [108, ['IPv6-only preferred', 'u32']],
  [114, ['captive portal', 'text']],
  [116, ['auto-configure', 'u8']],
  [118, ['subnet selection', 'ip']],
  [119, ['domain search', 'domains']],
  [121, ['classless static route', 'routes']],
  [124, ['vendor-identifying class', 'hex']],
  [125, ['vendor-identifying information', 'hex']],
  [143, ['SZTP redirect', 'uris']],
  [150, ['TFTP server address', 'ips']],
  [161, ['MUD URL', 'text']],
  [249, ['classless static route (Microsoft)', 'routes']],
  [252, ['WPAD', 'text']],
]);

export const optionName = (code: number): string => NAMES.get(code)?.[0] ?? `option ${code}`;
const kindOf = (code: number): OptionKind => NAMES.get(code)?.[1] ?? 'hex';

/** DNS labels without compression from `o`; `next` is behind them. */
const labels = (b: Uint8Array, o: number, end: number): { readonly text: string; readonly next: number } => {
  const parts: string[] = [];
  let p = o;
  while (p < end && b[p] !== 0 && parts.length < MAX_LIST) {
    const length = b[p]!;
    if (length > 63 || p + 1 + length > end) return { text: parts.join('.'), next: end };
    parts.push(ascii(b, p + 1, p + 1 + length));
    p += 1 + length;
  }
  return { text: parts.join('.'), next: p + 1 };
};

const SUB_OPTIONS: ReadonlyMap<number, string> = new Map([
  [1, 'circuit'],
  [2, 'remote'],
  [4, 'docsis'],
  [5, 'link'],
  [6, 'subscriber'],
  [9, 'vendor'],
  [11, 'server'],
  [12, 'relay'],
  [151, 'vss'],
  [152, 'vss-control'],
]);

const printable = (b: Uint8Array, o: number, end: number): boolean => {
  for (let i = o; i < end; i++) if (b[i]! < 0x20 || b[i]! > 0x7e) return false;
  return end > o;
};

const relay = (b: Uint8Array): string[] => {
  const out: string[] = [];
  for (let p = 0; p + 2 <= b.length && out.length < MAX_LIST; p += 2 + b[p + 1]!) {
    const code = b[p]!;
    const end = Math.min(b.length, p + 2 + b[p + 1]!);
    const n = end - p - 2;
    // Sub-option 7 is RADIUS attributes and 8 authentication: nothing of them is kept (RFC 4014, RFC 4030).
    const value =
      code === 7 || code === 8
        ? '(masked)'
        : (code === 5 || code === 11) && n === 4
          ? ipv4Text(i32be(b, p + 2))
          : printable(b, p + 2, end)
            ? ascii(b, p + 2, end)
            : hex(b, p + 2, end);
    out.push(`${SUB_OPTIONS.get(code) ?? code}=${value}`);
  }
  return out;
};

/** RFC 3442: prefix length, significant octets of the destination, router. */
const routes = (b: Uint8Array): string[] => {
  const out: string[] = [];
  for (let p = 0; p < b.length && out.length < MAX_LIST; ) {
    const width = b[p]!;
    const n = (width + 7) >> 3;
    if (width > 32 || p + 1 + n + 4 > b.length) break;
    const destination = [0, 0, 0, 0].map((_, i) => (i < n ? b[p + 1 + i]! : 0)).join('.');
    out.push(`${destination}/${width} ${ipv4Text(i32be(b, p + 1 + n))}`);
    p += 1 + n + 4;
  }
  return out;
};

const trimmed = (b: Uint8Array, o: number): string => {
  let end = b.length;
  while (end > o && b[end - 1] === 0) end--; // RFC 2132 section 2: trailing NULs are removed
  return utf8(b, o, end);
};

/** The value of an option; octets that do not fit its kind come out as hexadecimal. */
export const readOption = (code: number, b: Uint8Array): OptionValue => {
  const n = b.length;
  switch (kindOf(code)) {
    case 'ip':
      return n === 4 ? ipv4Text(i32be(b, 0)) : hex(b);
    case 'ips': {
      const out: string[] = [];
      for (let p = 0; p + 4 <= n && out.length < MAX_LIST; p += 4) out.push(ipv4Text(i32be(b, p)));
      return out;
    }
    case 'ip-pairs': {
      const out: string[] = [];
      for (let p = 0; p + 8 <= n && out.length < MAX_LIST; p += 8)
        out.push(`${ipv4Text(i32be(b, p))} ${ipv4Text(i32be(b, p + 4))}`);
      return out;
    }
    case 'u8':
      return n === 1 ? b[0]! : hex(b);
    case 'u16':
      return n === 2 ? u16be(b, 0) : hex(b);
    case 'u32':
      return n === 4 ? u32be(b, 0) : hex(b);
    case 'flag':
      return 1;
    case 'text':
      return trimmed(b, 0);
    case 'codes':
      return Array.from(b).join(',');
    case 'routes':
      return routes(b);
    case 'relay':
      return relay(b);
    case 'fqdn':
      // Flags, two RCODEs, then ASCII or (flag E, 0x04) DNS labels (RFC 4702 section 2).
      return n < 3 ? hex(b) : b[0]! & 4 ? labels(b, 3, n).text : trimmed(b, 3);
    case 'client-id':
      if (n === 7 && b[0] === 1) return macText(b, 1);
      return n > 1 && b[0] === 0 && printable(b, 1, n) ? ascii(b, 1, n) : hex(b);
    case 'domains': {
      const out: string[] = [];
      for (let p = 0; p < n && out.length < MAX_LIST; ) {
        const name = labels(b, p, n);
        if (name.text !== '') out.push(name.text);
        p = name.next;
      }
      return out;
    }
    case 'uris': {
      const out: string[] = [];
      for (let p = 0; p + 2 <= n && out.length < MAX_LIST; p += 2 + u16be(b, p))
        out.push(ascii(b, p + 2, Math.min(n, p + 2 + u16be(b, p))));
      return out;
    }
    case 'masked':
      return '(masked)';
    case 'hex':
      return printable(b, 0, n) ? ascii(b) : hex(b);
  }
};

/** Octets of an option from its value: the kinds that clients and servers of the simulated plant use. */
export const writeOption = (code: number, value: OptionValue | Uint8Array): Uint8Array => {
  if (value instanceof Uint8Array) return value;
  const kind = kindOf(code);
  const w = new OctetWriter();
  const list = Array.isArray(value) ? (value as readonly string[]) : [String(value)];
  if (kind === 'u8') w.u8(Number(value));
  else if (kind === 'u16') w.u16(Number(value));
  else if (kind === 'u32') w.u32(Number(value));
  else if (kind === 'ip' || kind === 'ips' || kind === 'ip-pairs')
    for (const x of list.flatMap((y) => y.split(' '))) w.u32(ipv4Parse(x) ?? 0);
  else if (kind === 'codes') w.u8(...String(value).split(',').map(Number));
  else if (kind === 'client-id') w.u8(1).mac(String(value));
  else if (kind === 'fqdn') w.u8(0, 255, 255).text(String(value));
  else if (kind === 'flag') w.zeros(0);
  else w.bytes(new TextEncoder().encode(list.join('')));
  return w.done();
};
