import { describe, expect, it } from 'vitest';
import { contextOf, down, drive, hostile, sameInPieces, up } from '../../../test/decoding.ts';
import { encodeInteger, encodeTlv } from '../shared/asn1.ts';
import { kerberos } from './index.ts';

const on88 = { carrier: 'tcp', serverPort: 88 };
const seq = (...items: number[][]) => encodeTlv(0x30, items.flat());
const tag = (n: number, value: number[]) => encodeTlv(0xa0 + n, value);
const int = (n: number) => encodeTlv(2, encodeInteger(n));
const str = (text: string) => encodeTlv(0x1b, [...new TextEncoder().encode(text)]);
const name = (type: number, ...parts: string[]) => seq(tag(0, int(type)), tag(1, seq(...parts.map(str))));
const request = (app: number, type: number, body: number[]) =>
  encodeTlv(
    app,
    seq(
      tag(1, int(5)),
      tag(2, int(type)),
      tag(3, seq(seq(tag(1, int(2)), tag(2, encodeTlv(4, [9, 9]))))),
      tag(4, body),
    ),
  );
const asReq = request(
  0x6a,
  10,
  seq(
    tag(0, encodeTlv(3, [0, 0x40, 0, 0, 0])),
    tag(1, name(1, 'svc_hist')),
    tag(2, str('PLANT.LOCAL')),
    tag(3, name(2, 'krbtgt', 'PLANT.LOCAL')),
    tag(7, int(77)),
    tag(8, seq(int(18), int(23))),
  ),
);
const tgsReq = request(0x6c, 12, seq(tag(2, str('PLANT.LOCAL')), tag(3, name(2, 'cifs', 'hist1'))));
const error = (code: number) =>
  encodeTlv(
    0x7e,
    seq(
      tag(0, int(5)),
      tag(1, int(30)),
      tag(6, int(code)),
      tag(9, str('PLANT.LOCAL')),
      tag(10, name(2, 'krbtgt', 'PLANT.LOCAL')),
    ),
  );
const asRep = encodeTlv(
  0x6b,
  seq(
    tag(0, int(5)),
    tag(1, int(11)),
    tag(3, str('PLANT.LOCAL')),
    tag(4, name(1, 'svc_hist')),
    tag(5, encodeTlv(0x61, seq(tag(0, int(5)), tag(1, str('PLANT.LOCAL')), tag(2, name(2, 'krbtgt', 'PLANT.LOCAL'))))),
    tag(6, seq(tag(0, int(18)), tag(2, encodeTlv(4, [1, 2])))),
  ),
);
const framed = (m: number[]) => Uint8Array.from([0, 0, m.length >> 8, m.length & 255, ...m]);
const conversation = [
  up(framed(asReq)),
  down(framed(error(25))),
  up(framed(asReq)),
  down(framed(error(24))),
  up(framed(asReq)),
  down(framed(asRep)),
  up(framed(tgsReq)),
  down(framed(error(7))),
];

describe('kerberos', () => {
  it('tells who gets tickets, and who does not', () => {
    const run = drive(kerberos, conversation, on88);
    expect(run.malformed).toEqual([]);
    expect(run.messages[0]).toMatchObject({
      type: 'AS-REQ',
      client: 'svc_hist',
      realm: 'PLANT.LOCAL',
      service: 'krbtgt/PLANT.LOCAL',
      etypes: [18, 23],
      preauth: [2],
    });
    expect(run.messages[5]).toMatchObject({
      type: 'AS-REP',
      client: 'svc_hist',
      service: 'krbtgt/PLANT.LOCAL',
      etypes: [18],
    });
    expect(run.sessions.map((s) => [s.outcome, s.user, s.detail])).toEqual([
      ['refused', 'svc_hist@PLANT.LOCAL', 'Kerberos ticket for krbtgt/PLANT.LOCAL: pre-authentication failed (24)'],
      ['accepted', 'svc_hist@PLANT.LOCAL', 'Kerberos ticket for krbtgt/PLANT.LOCAL'],
    ]);
    expect(run.commands).toMatchObject([
      { verb: 'authenticate', object: 'cifs/hist1', outcome: 'refused', reason: 'service not found (7)' },
    ]);
  });
  it('tells in which encryption a ticket is asked for', () => {
    const asked = request(
      0x6c,
      12,
      seq(tag(2, str('PLANT.LOCAL')), tag(3, name(2, 'HTTP', 'srv')), tag(8, seq(int(23), int(99)))),
    );
    expect(drive(kerberos, [up(framed(asked))], on88).commands).toMatchObject([
      { object: 'HTTP/srv', value: 'rc4-hmac, encryption 99' },
    ]);
  });
  it('is the same over UDP, and however TCP cuts it', () => {
    sameInPieces(kerberos, conversation, on88);
    const udp = { carrier: 'udp', serverPort: 88 };
    const run = drive(kerberos, [up(Uint8Array.from(asReq)), down(Uint8Array.from(asRep))], udp);
    expect(run.sessions).toMatchObject([{ outcome: 'accepted' }]);
    expect(kerberos.probe(Uint8Array.from(asReq), 0, asReq.length, contextOf(udp))).toBe('sure');
    expect(kerberos.probe(framed(asReq), 0, asReq.length + 4, contextOf(on88))).toBe('sure');
  });
  it('stands hostile octets', () => hostile(kerberos, [conversation], on88));
});
