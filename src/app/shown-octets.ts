/** Octets of a message as people and programs are shown them: in hexadecimal, as far as no login stands in them. */
import { hex } from '../lib/bytes.ts';
import { credentialRuns } from '../lib/credential-runs.ts';
import { isMasked, MASKED } from '../lib/masked.ts';

/** The sign behind a word for a credential; without any, as in most payloads, there is nothing to look for. */
const SIGNS = [0x3d, 0x3a, 0x3e, 0x20]; // = : > and the blank

/** Of the first `most` octets; what stands behind a word for a credential, and all that follows, is `(masked)`. */
export const shownOctets = (octets: Uint8Array, most = octets.length, separator = ''): string => {
  if (isMasked(octets)) return MASKED;
  const end = Math.min(most, octets.length);
  const login = SIGNS.some((sign) => octets.includes(sign)) ? credentialRuns(octets.subarray(0, end), 0)[0] : undefined;
  if (login === undefined) return hex(octets, 0, end, separator);
  return `${hex(octets, 0, login.start, separator)} ${MASKED}`;
};
