/**
 * Community ID 1.0 of a flow, seed 0: a name of the 5-tuple that other tools compute alike.
 * Source: https://github.com/corelight/community-id-spec (specification text, not code).
 */
import { sha1Short } from '../lib/sha1.ts';

const data = new Uint8Array(40);
const digest = new Int32Array(5);
const BASE64 = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', (digit) =>
  digit.charCodeAt(0),
);
/** Character codes of `1:` and the digest, made into one text at once. */
const codes: number[] = Array.from('1:'.padEnd(30, '='), (digit) => digit.charCodeAt(0));

/** `1:` and RFC 4648 of the 20 octets in `digest`: 26 characters and two bits left over, one `=`. */
const base64 = (): string => {
  let bits = 0;
  let have = 0;
  let at = 2;
  for (let i = 0; i < 20; i++) {
    bits = ((bits << 8) | ((digest[i >> 2]! >>> (24 - ((i & 3) << 3))) & 255)) & 0xffff;
    have += 8;
    while (have >= 6) {
      have -= 6;
      codes[at++] = BASE64[(bits >>> have) & 63]!;
    }
  }
  codes[at] = BASE64[(bits << (6 - have)) & 63]!;
  return String.fromCharCode.apply(null, codes);
};

/** `a`/`b`: 4 or 16 octets each; ports 0 where the protocol has none. ICMP callers pass type and counterpart type as ports. */
export const communityId = (a: Uint8Array, b: Uint8Array, protocol: number, portA: number, portB: number): string => {
  let swap = false;
  let decided = false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) {
      swap = a[i]! > b[i]!;
      decided = true;
      break;
    }
  }
  if (!decided) swap = portA > portB;
  const n = a.length;
  const hasPorts = protocol === 6 || protocol === 17 || protocol === 132 || protocol === 1 || protocol === 58;
  data[2 + 2 * n + 1] = 0;
  data.set(swap ? b : a, 2);
  data.set(swap ? a : b, 2 + n);
  data[2 + 2 * n] = protocol;
  if (hasPorts) {
    const first = swap ? portB : portA;
    const second = swap ? portA : portB;
    data[4 + 2 * n] = first >> 8;
    data[5 + 2 * n] = first & 255;
    data[6 + 2 * n] = second >> 8;
    data[7 + 2 * n] = second & 255;
  }
  sha1Short(data, 2 + 2 * n + 2 + (hasPorts ? 4 : 0), digest);
  return base64();
};
