/**
 * NTLM messages ([MS-NLMP] section 2.2.1), found by their signature inside SPNEGO, SMB, HTTP and RPC. The responses to
 * the challenge, which can be cracked, are never copied.
 */
import { ascii, u16le, u32le, utf16le } from '../../lib/bytes.ts';
import { tableOf } from '../../lib/table.ts';

export interface NtlmNegotiate {
  readonly step: 'negotiate';
  readonly domain: string;
  readonly workstation: string;
  readonly osVersion: string | undefined;
}
export interface NtlmChallenge {
  readonly step: 'challenge';
  readonly target: string;
  readonly netbiosComputer: string | undefined;
  readonly netbiosDomain: string | undefined;
  readonly dnsComputer: string | undefined;
  readonly dnsDomain: string | undefined;
  readonly dnsTree: string | undefined;
  readonly osVersion: string | undefined;
}
export interface NtlmAuthenticate {
  readonly step: 'authenticate';
  readonly domain: string;
  readonly user: string;
  readonly workstation: string;
  readonly osVersion: string | undefined;
  /** No user name and no response: the null session. */
  readonly anonymous: boolean;
  /** NTLMv1 (24 octets) rather than v2. */
  readonly versionOne: boolean;
}
export type Ntlm = NtlmNegotiate | NtlmChallenge | NtlmAuthenticate;

const UNICODE = 0x1;
const HAS_VERSION = 0x0200_0000;
/** Longest name kept, in octets. */
const MAX_NAME = 512;

const SIGNATURE = [0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0]; // "NTLMSSP\0"
/** Offset of an NTLM message in `start`..`end`, or -1. */
export const findNtlm = (b: Uint8Array, start: number, end: number): number => {
  for (let o = start; o + 12 <= end; o++) {
    if (b[o] !== 0x4e || b[o + 1] !== 0x54) continue;
    let i = 2;
    while (i < 8 && b[o + i] === SIGNATURE[i]) i++;
    if (i === 8) return o;
  }
  return -1;
};

/** A field by its descriptor (length, maximum, offset from the message) at `at`. */
const field = (b: Uint8Array, start: number, at: number, end: number, unicode: boolean): string => {
  if (at + 8 > end) return '';
  const length = Math.min(MAX_NAME, u16le(b, at));
  const from = start + u32le(b, at + 4);
  if (length === 0 || from + length > end) return '';
  return unicode ? utf16le(b, from, from + length) : ascii(b, from, from + length);
};
/** VERSION structure (section 2.2.2.10): major, minor, build. */
const versionAt = (b: Uint8Array, o: number, end: number, flags: number): string | undefined =>
  (flags & HAS_VERSION) !== 0 && o + 8 <= end && b[o] !== 0
    ? `${b[o]}.${b[o + 1]} build ${u16le(b, o + 2)}`
    : undefined;

/** The message at `start` (its signature); undefined when it is none or cut. */
export const decodeNtlm = (b: Uint8Array, start: number, end: number): Ntlm | undefined => {
  if (findNtlm(b, start, Math.min(end, start + 12)) !== start) return undefined;
  switch (u32le(b, start + 8)) {
    case 1: {
      if (start + 16 > end) return undefined;
      const flags = u32le(b, start + 12);
      return {
        step: 'negotiate',
        // Both are in the OEM character set whatever was negotiated (section 2.2.1.1).
        domain: field(b, start, start + 16, end, false),
        workstation: field(b, start, start + 24, end, false),
        osVersion: versionAt(b, start + 32, end, flags),
      };
    }
    case 2: {
      if (start + 32 > end) return undefined;
      const flags = u32le(b, start + 20);
      const av: (string | undefined)[] = [];
      if (start + 48 <= end) {
        const from = start + u32le(b, start + 44);
        const stop = Math.min(end, from + u16le(b, start + 40));
        // AV_PAIR (section 2.2.2.1): id, length, value; id 0 ends the list.
        for (let o = from, n = 0; o + 4 <= stop && n < 16; n++) {
          const id = u16le(b, o);
          const length = u16le(b, o + 2);
          if (id === 0 || o + 4 + length > stop) break;
          if (id <= 5) av[id] = utf16le(b, o + 4, o + 4 + Math.min(MAX_NAME, length));
          o += 4 + length;
        }
      }
      return {
        step: 'challenge',
        target: field(b, start, start + 12, end, (flags & UNICODE) !== 0),
        netbiosComputer: av[1],
        netbiosDomain: av[2],
        dnsComputer: av[3],
        dnsDomain: av[4],
        dnsTree: av[5],
        osVersion: versionAt(b, start + 48, end, flags),
      };
    }
    case 3: {
      if (start + 64 > end) return undefined;
      const flags = u32le(b, start + 60);
      const unicode = (flags & UNICODE) !== 0;
      const user = field(b, start, start + 36, end, unicode);
      const response = u16le(b, start + 20);
      return {
        step: 'authenticate',
        domain: field(b, start, start + 28, end, unicode),
        user,
        workstation: field(b, start, start + 44, end, unicode),
        osVersion: versionAt(b, start + 64, end, flags),
        anonymous: user === '' && response === 0,
        versionOne: response === 24,
      };
    }
    default:
      return undefined;
  }
};

/** `DOMAIN\user`, or the user alone; undefined for the null session. */
export const ntlmUser = (m: NtlmAuthenticate): string | undefined =>
  m.user === '' ? undefined : m.domain === '' ? m.user : `${m.domain}\\${m.user}`;

/** Windows release of a version with build number, as far as the build tells it. */
export const windowsName = (osVersion: string): string => {
  const m = /^(\d+)\.(\d+) build (\d+)$/.exec(osVersion);
  if (!m) return osVersion;
  const key = `${m[1]}.${m[2]}`;
  const build = Number(m[3]);
  const known = tableOf<string>({
    '5.0': 'Windows 2000',
    '5.1': 'Windows XP',
    '5.2': 'Windows Server 2003 or XP x64',
    '6.0': 'Windows Vista or Server 2008',
    '6.1': 'Windows 7 or Server 2008 R2',
    '6.2': 'Windows 8 or Server 2012',
    '6.3': 'Windows 8.1 or Server 2012 R2',
    '10.0':
      build >= 26100
        ? 'Windows 11 24H2 or Server 2025'
        : build >= 22000
          ? 'Windows 11'
          : build === 20348
            ? 'Windows Server 2022'
            : build === 17763
              ? 'Windows 10 1809 or Server 2019'
              : build === 14393
                ? 'Windows 10 1607 or Server 2016'
                : 'Windows 10',
  });
  // Samba says 6.1 build 0: nobody's real build.
  if (build === 0) return 'Samba or other';
  const name = known[key];
  return name ? `${name} (${osVersion})` : `Windows NT ${osVersion}`;
};
