import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, join, textBytes, up } from '../../../test/decoding.ts';
import { anydesk, dtls, esp, ike, openvpn, quic, sip, stun, tacacs, teamviewer, vnc, wireguard } from './index.ts';
import { initialKeys } from './quic.ts';

const udp = (serverPort: number) => ({ carrier: 'udp', serverPort });
const tcp = (serverPort: number) => ({ carrier: 'tcp', serverPort });
const hello = textBytes('RFB 003.008\n');
const invite = textBytes('INVITE sip:1@10.0.0.9 SIP/2.0\r\nUser-Agent: Snom/10\r\n\r\n');
const sa = join(bytesOf('1122334455667788 0000000000000000 21 20 22 08 00000000 0000001c'));
const wgInit = join(bytesOf('01000000'), new Uint8Array(144).fill(7));
const hs = bytesOf('16 feff 0000 000000000000 0004 01000000');

describe('recognised', () => {
  it('tells each by its first octets', () => {
    const opened = (run: { sessions: { detail?: string }[] }) => run.sessions.map((s) => s.detail);
    expect(
      opened(
        drive(
          vnc,
          [down(hello), up(hello), down(bytesOf('02 01 02')), up(bytesOf('01')), down(new Uint8Array(50))],
          tcp(5900),
        ),
      ),
    ).toEqual(['VNC 003.008']);
    expect(opened(drive(teamviewer, [up(bytesOf('1724 0a2000'))], tcp(5938)))).toEqual(['TeamViewer']);
    expect(opened(drive(anydesk, [up(new Uint8Array(40))], { ...udp(50001), group: true }))).toEqual([
      'AnyDesk discovery',
    ]);
    expect(opened(drive(ike, [up(sa), down(bytesOf('00'))], udp(500)))).toEqual(['IKEv2']);
    expect(
      opened(drive(wireguard, [up(wgInit), down(join(bytesOf('02000000'), new Uint8Array(88)))], udp(51820))),
    ).toEqual(['WireGuard']);
    expect(opened(drive(openvpn, [up(bytesOf('38 1122334455667788 00 00000000'))], udp(1194)))).toEqual(['OpenVPN']);
    expect(opened(drive(dtls, [up(hs)], udp(5684)))).toEqual(['DTLS 1.0']);
    expect(opened(drive(stun, [up(bytesOf('0001 0000 2112a442 000102030405060708090a0b'))], udp(3478)))).toEqual([
      'STUN',
    ]);
    expect(opened(drive(tacacs, [up(bytesOf('c0 01 01 00 11223344 00000004 01020304'))], tcp(49)))).toEqual([
      'TACACS+',
    ]);
    expect(opened(drive(esp, [up(new Uint8Array(64))], { carrier: 'ip', protocolNumber: 50 }))).toEqual([
      'IPsec ESP and AH',
    ]);
    const call = drive(sip, [up(invite)], udp(5060));
    expect(call.messages).toMatchObject([{ type: 'SIP request', fields: { method: 'INVITE' } }]);
    expect(call.identities.map((i) => i.value)).toEqual(['Snom/10']);
  });
  it('gives back what never was the protocol', () => {
    expect(drive(vnc, [up(textBytes('GET / HTTP/1.1'))], tcp(5900)).foreign).toBe(1);
    expect(wireguard.probe(bytesOf('04000000'), 0, 4, contextOf(udp(51820)))).toBe('no');
    expect(vnc.probe(bytesOf('02 01 02'), 0, 3, contextOf({ ...tcp(5900), toServer: false, protocol: 'vnc' }))).toBe(
      'no',
    );
  });
  it('stands hostile octets', () => {
    hostile(sip, [[up(invite)]], udp(5060));
    hostile(ike, [[up(sa)]], udp(4500));
    hostile(dtls, [[up(hs)]], udp(5684));
    hostile(tacacs, [[up(bytesOf('c0 01 01 00 11223344 00000004 01020304'))]], tcp(49));
  });
});

describe('quic', () => {
  const id = bytesOf('8394c8f03e515708');
  it('derives the keys of RFC 9001 appendix A.1', () => {
    const { key, iv, hp } = initialKeys(id, 1);
    const text = (b: Uint8Array) => Buffer.from(b).toString('hex');
    expect(text(key)).toBe('1f369613dd76d5467730efcbe3b1a22d');
    expect(text(iv)).toBe('fa044b2f42a3fd3b46fb255c');
    expect(text(hp)).toBe('9f50449e04a0e810283a1e9933adedd2');
  });
  // A ClientHello is told from outside by its first octet and length; here only its length matters.
  const clientHello = join(bytesOf('01 000100'), new Uint8Array(256).fill(3));
  const frames = join(
    bytesOf('06 40a0 4064'),
    clientHello.slice(160),
    bytesOf('00 01 06 00 40a0'),
    clientHello.slice(0, 160),
    new Uint8Array(600),
  );
  const { key, iv, hp } = initialKeys(id, 1);
  const length = 4 + frames.length + 16;
  const header = join(
    bytesOf('c3 00000001 08 8394c8f03e515708 00 00'),
    Uint8Array.of(0x40 | (length >> 8), length & 255),
    bytesOf('00000002'),
  );
  const nonce = iv.slice();
  nonce[11]! ^= 2;
  const seal = createCipheriv('aes-128-gcm', key, nonce);
  seal.setAAD(header);
  const sealed = join(seal.update(frames), seal.final(), seal.getAuthTag());
  const mask = createCipheriv('aes-128-ecb', hp, null).update(sealed.subarray(0, 16));
  const initial = join(header, sealed);
  initial[0]! ^= mask[0]! & 15;
  for (let i = 0; i < 4; i++) initial[header.length - 4 + i]! ^= mask[1 + i]!;

  it('opens the first packet of a client and gives its handshake to TLS', () => {
    const run = drive(quic, [up(initial), up(bytesOf('40 00'))], udp(443));
    expect(run.messages).toMatchObject([
      { type: 'QUIC Initial', version: '1', destinationId: '8394c8f03e515708', sourceId: '' },
    ]);
    expect(run.carried).toEqual([{ child: 'tls', octets: 5 + 260 }]);
    expect(run.sessions).toMatchObject([{ detail: 'QUIC version 1' }]);
  });
  it('knows itself', () => {
    expect(quic.probe(initial, 0, initial.length, contextOf(udp(443)))).toBe('sure');
    expect(quic.probe(new Uint8Array(40).fill(0xff), 0, 40, contextOf(udp(443)))).toBe('no');
  });
  it('stands hostile octets', () => hostile(quic, [[up(initial.slice(0, 700)), up(initial)]], udp(443)));
});
