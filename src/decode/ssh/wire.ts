/**
 * SSH before encryption: identification strings (RFC 4253 section 4.2), binary packets (section 6) and KEXINIT (section
 * 7.1), with the HASSH fingerprints (Salesforce, 2018: MD5 over four algorithm lists).
 */
import { createHash } from 'node:crypto';
import type { Message } from '../../core/decoder.ts';
import { ascii, hex, u32be } from '../../lib/bytes.ts';

/** RFC 4253 section 4.2: 255 octets with CR LF; some servers print longer lines before theirs. */
export const MAX_LINE = 1024;
/** RFC 4253 section 6.1 asks for 35000; larger ones in the clear are not key exchange. */
export const MAX_PACKET = 40_000;
const MAX_LIST = 2048;

export interface SshBanner extends Message {
  readonly type: 'SSH identification';
  readonly fromClient: boolean;
  readonly protocol: string;
  /** As sent: `OpenSSH_8.9p1`. */
  readonly software: string;
  readonly comment: string;
}
export interface SshKexInit extends Message {
  readonly type: 'SSH key exchange';
  readonly fromClient: boolean;
  readonly kex: string;
  readonly hostKey: string;
  readonly cipherUp: string;
  readonly cipherDown: string;
  readonly macUp: string;
  readonly macDown: string;
  readonly compressionUp: string;
  readonly compressionDown: string;
  /** HASSH of a client, HASSH server of a server. */
  readonly hassh: string;
}
export interface SshHostKey extends Message {
  readonly type: 'SSH host key';
  /** Algorithm name in the key blob: `ssh-ed25519`. */
  readonly algorithm: string;
  /** `SHA256:` base64 as people know it, and MD5 with colons as Zeek prints it. */
  readonly sha256: string;
  readonly md5: string;
}
export type SshMessage = SshBanner | SshKexInit | SshHostKey;

/** An identification line without its end; undefined when it is none. */
export const decodeBanner = (line: string, fromClient: boolean): SshBanner | undefined => {
  const m = /^SSH-(\d\.\d+)-([^ ]+)(?: (.*))?$/.exec(line);
  return m
    ? { type: 'SSH identification', fromClient, protocol: m[1]!, software: m[2]!, comment: m[3] ?? '' }
    : undefined;
};

/** Payload of SSH_MSG_KEXINIT (20) at its type octet. */
export const decodeKexInit = (
  b: Uint8Array,
  start: number,
  end: number,
  fromClient: boolean,
): SshKexInit | undefined => {
  // byte 20, cookie(16), ten name-lists, boolean, uint32
  const lists: string[] = [];
  let o = start + 17;
  for (let i = 0; i < 10; i++) {
    if (o + 4 > end) return undefined;
    const length = u32be(b, o);
    if (length > end - o - 4) return undefined;
    lists.push(ascii(b, o + 4, o + 4 + Math.min(MAX_LIST, length)));
    o += 4 + length;
  }
  const [kex, hostKey, cipherUp, cipherDown, macUp, macDown, compressionUp, compressionDown] = lists as [
    string, string, string, string, string, string, string, string,
  ]; // biome-ignore format: the order of section 7.1
  const text = fromClient
    ? [kex, cipherUp, macUp, compressionUp].join(';')
    : [kex, cipherDown, macDown, compressionDown].join(';');
  return {
    type: 'SSH key exchange',
    fromClient,
    kex,
    hostKey,
    cipherUp,
    cipherDown,
    macUp,
    macDown,
    compressionUp,
    compressionDown,
    hassh: createHash('md5').update(text).digest('hex'),
  };
};

/** Key blob at the start of a key exchange reply (RFC 4253 section 8, RFC 5656 section 4): messages 31 and 33. */
export const decodeHostKey = (b: Uint8Array, start: number, end: number): SshHostKey | undefined => {
  if (start + 9 > end) return undefined;
  const length = u32be(b, start + 1);
  const from = start + 5;
  if (length > end - from || length < 8) return undefined;
  const nameLength = u32be(b, from);
  if (nameLength > 64 || nameLength + 4 > length) return undefined;
  const algorithm = ascii(b, from + 4, from + 4 + nameLength);
  // A group of RFC 4419 has the same number and begins with an integer: no name.
  if (!/^[a-z][a-z0-9@.-]+$/.test(algorithm)) return undefined;
  const blob = b.subarray(from, from + length);
  const md5 = createHash('md5').update(blob).digest();
  return {
    type: 'SSH host key',
    algorithm,
    sha256: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
    md5: hex(md5, 0, 16, ':'),
  };
};

/** The algorithm both have, first of the client's list (RFC 4253 section 7.1); '' when there is none. */
export const negotiated = (client: string, server: string): string => {
  const offered = new Set(server.split(','));
  return client.split(',').find((name) => offered.has(name)) ?? '';
};
