import { describe, expect, it } from 'vitest';
import { down, drive, hostile, join, type Part, sameInPieces, textBytes, up } from '../../../test/decoding.ts';
import { flowsOf, zeekLog } from '../../../test/flows.ts';
import { describeShared, sharedCapture, sharedPath } from '../../../test/shared.ts';
import { ssh } from './index.ts';
import { negotiated } from './wire.ts';

const on22 = { carrier: 'tcp', serverPort: 22 };
const u32 = (n: number) => Uint8Array.of(n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255);
const list = (text: string) => join(u32(text.length), textBytes(text));
/** packet_length, padding_length 4, payload, padding: RFC 4253 section 6. */
const packet = (payload: Uint8Array) => join(u32(payload.length + 5), Uint8Array.of(4), payload, new Uint8Array(4));
const kexInit = (kex: string, ciphers: string) =>
  packet(
    join(
      Uint8Array.of(20), // SSH_MSG_KEXINIT
      new Uint8Array(16), // cookie
      list(kex),
      list('ssh-ed25519'),
      list(ciphers),
      list(ciphers),
      list('hmac-sha2-256'),
      list('hmac-sha2-256'),
      list('none'),
      list('none'),
      list(''),
      list(''),
      Uint8Array.of(0),
      u32(0),
    ),
  );
const conversation: Part[] = [
  down(textBytes('Welcome\r\nSSH-2.0-OpenSSH_8.9p1 Ubuntu-3\r\n')),
  up(
    join(
      textBytes('SSH-2.0-PuTTY_Release_0.78\r\n'),
      kexInit('curve25519-sha256,ecdh-sha2-nistp256', 'aes256-ctr,aes128-ctr'),
    ),
  ),
  down(kexInit('ecdh-sha2-nistp256', 'aes128-ctr')),
  down(
    join(
      packet(join(Uint8Array.of(31), list('\0\0\0\x0bssh-ed25519........'))),
      packet(Uint8Array.of(21)),
      new Uint8Array(500).fill(0xee),
    ),
  ),
  up(join(packet(Uint8Array.of(21)), new Uint8Array(500).fill(0xaa))),
];

describe('ssh', () => {
  it('reads identifications and algorithms, then passes over what is encrypted', () => {
    const run = drive(ssh, conversation, on22);
    expect(run.malformed).toEqual([]);
    expect(run.left).toBe(0);
    expect(run.messages.map((m) => m.type)).toEqual([
      'SSH identification',
      'SSH identification',
      'SSH key exchange',
      'SSH key exchange',
      'SSH host key',
    ]);
    expect(run.identities.map((i) => `${i.endpoint} ${i.attribute} ${i.value}`)).toEqual([
      '2 software OpenSSH_8.9p1 Ubuntu-3',
      '2 os Ubuntu Linux',
      '1 software PuTTY_Release_0.78',
    ]);
    expect(run.sessions).toMatchObject([
      { phase: 'open', native: { kex: 'ecdh-sha2-nistp256', cipher: 'aes128-ctr' } },
    ]);
  });
  it('gives the same however TCP cuts it', () => sameInPieces(ssh, conversation, on22));
  it('chooses as the client prefers', () => {
    expect(negotiated('a,b,c', 'c,b')).toBe('b');
    expect(negotiated('a', 'b')).toBe('');
  });
  it('stays whole under hostile octets', () => hostile(ssh, [conversation], on22));
});

describeShared('ssh on real captures', () => {
  it('agrees with Zeek on identifications, algorithms and host key', () => {
    const rows = zeekLog(sharedPath('captures/it-background/malcolm.SSL/expected/zeek-3.0.14/ssh.log'));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const flow = flowsOf(sharedCapture('it-background/malcolm.SSL')).find(
        (f) => String(f.clientPort) === row['id.orig_p'] && f.server === row['id.resp_h'],
      );
      const run = drive(ssh, flow?.parts ?? [], { carrier: 'tcp', serverPort: 443 });
      const banners = run.messages.flatMap((m) =>
        m.type === 'SSH identification' ? [`SSH-${m.protocol}-${m.software} ${m.comment}`.trim()] : [],
      );
      expect(banners.sort()).toEqual([row.client, row.server].sort());
      expect(run.sessions[0]?.native).toMatchObject({
        kex: row.kex_alg,
        hostKey: row.host_key_alg,
        cipher: row.cipher_alg,
        mac: row.mac_alg,
      });
      expect(run.messages.find((m) => m.type === 'SSH host key')).toMatchObject({ md5: row.host_key });
    }
  });
});
