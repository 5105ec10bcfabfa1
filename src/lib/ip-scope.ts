/**
 * What an address says about itself: private or public, on its own network or not, unicast or a group, a device's or one
 * that several devices share. Sources: RFC 1918, RFC 3927, RFC 4193, RFC 4291, RFC 6598; IEEE 802 (group and local bits);
 * RFC 9568 section 7.3 (VRRP), RFC 2281 (HSRP).
 */

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

export type IpScope = 'none' | 'loopback' | 'link' | 'private' | 'public' | 'group';

/** Texts whose scope and network are remembered: the picture of the devices asks for the same few thousand again and again. Emptied when full. */
export const MAX_SCOPES_KNOWN = 16_384;
const remembered = <T>(of: (ip: string) => T): ((ip: string) => T) => {
  const known = new Map<string, T>();
  return (ip) => {
    let found = known.get(ip);
    if (found === undefined) {
      if (known.size >= MAX_SCOPES_KNOWN) known.clear();
      found = of(ip);
      known.set(ip, found);
    }
    return found;
  };
};

/** `none`: the unspecified address or not an address. `link`: 169.254/16 and fe80::/10. `private` with RFC 6598 and ULA. */
export const ipScope: (ip: string) => IpScope = remembered((ip) => {
  const m = V4.exec(ip);
  if (m !== null) {
    const a = Number(m[1]);
    const b = Number(m[2]);
    if (a === 0) return 'none';
    if (a === 127) return 'loopback';
    if (a >= 224) return 'group';
    if (a === 169 && b === 254) return 'link';
    if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 100 && b >= 64 && b < 128))
      return 'private';
    return 'public';
  }
  if (!ip.includes(':') || ip === '::') return 'none';
  if (ip === '::1') return 'loopback';
  const head = Number.parseInt(ip.split(':', 1)[0] || '0', 16);
  if ((head & 0xff00) === 0xff00) return 'group';
  if ((head & 0xffc0) === 0xfe80) return 'link';
  if ((head & 0xfe00) === 0xfc00) return 'private';
  return 'public';
});

/** The network that people usually mean: IPv4 /24, IPv6 /64; '' for anything else. Masks are seldom on the wire. */
export const subnetOf: (ip: string) => string = remembered((ip) => {
  const m = V4.exec(ip);
  if (m !== null) return `${m[1]}.${m[2]}.${m[3]}.0/24`;
  if (!ip.includes(':')) return '';
  const [left = '', right] = ip.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const groups = [...head, ...Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0'), ...tail];
  const net = groups.slice(0, 4);
  while (net.length > 0 && net[net.length - 1] === '0') net.pop();
  return `${net.join(':')}::/64`;
});

/** Sort key so that 192.168.0.9 comes before 192.168.0.10. */
export const ipOrder = (ip: string): string => {
  const m = V4.exec(ip);
  return m === null
    ? `6${ip}`
    : `4${m
        .slice(1)
        .map((x) => x.padStart(3, '0'))
        .join('.')}`;
};

/** `device`: burned in. `local`: made up by software (U/L bit). `virtual`: shared by routers. `none`: all zero or a group. */
export type MacKind = 'device' | 'local' | 'virtual' | 'none';

export const macKind = (mac: string): MacKind => {
  if (mac === '00:00:00:00:00:00') return 'none';
  const first = Number.parseInt(mac.slice(0, 2), 16);
  if ((first & 1) === 1) return 'none';
  if (
    mac.startsWith('00:00:5e:00:01:') || // VRRP for IPv4, CARP
    mac.startsWith('00:00:5e:00:02:') || // VRRP for IPv6
    mac.startsWith('00:00:0c:07:ac:') || // HSRP version 1
    mac.startsWith('00:00:0c:9f:f') || // HSRP version 2
    mac.startsWith('00:05:73:a0:0') || // HSRP for IPv6
    mac.startsWith('00:07:b4:00:') // GLBP
  )
    return 'virtual';
  return (first & 2) === 2 ? 'local' : 'device';
};

/** Hop counts that hosts start with; any other one says that routers were passed. 1 and 2 are used within a link. */
const INITIAL_TTL: ReadonlySet<number> = new Set([1, 2, 30, 32, 60, 64, 100, 128, 150, 200, 255]);
export const isInitialTtl = (ttl: number): boolean => INITIAL_TTL.has(ttl);

/** Those that nearly all systems start with today. */
const USUAL_TTL: readonly number[] = [32, 64, 128, 255];
/** Routers that a frame with this hop count (1..255) passed, if its sender started as most do. */
export const hopsOf = (ttl: number): number =>
  isInitialTtl(ttl) ? 0 : (USUAL_TTL.find((start) => start >= ttl) ?? ttl) - ttl;
