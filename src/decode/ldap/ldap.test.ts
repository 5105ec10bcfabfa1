import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, join, sameInPieces, up } from '../../../test/decoding.ts';
import { encodeInteger, encodeTlv } from '../shared/asn1.ts';
import { ldap } from './index.ts';

const on389 = { carrier: 'tcp', serverPort: 389 };
const message = (id: number, op: number, ...items: number[][]) =>
  Uint8Array.from(encodeTlv(0x30, [...encodeTlv(2, encodeInteger(id)), ...encodeTlv(op, items.flat())]));
const text = (t: string) => encodeTlv(4, [...new TextEncoder().encode(t)]);
const result = (code: number) => [encodeTlv(0x0a, [code]), text(''), text('')];
const bind = message(
  1,
  0x60,
  encodeTlv(2, [3]),
  text('cn=hist,dc=plant'),
  encodeTlv(0x80, [...new TextEncoder().encode('geheim')]),
);
const search = message(2, 0x63, text('ou=plc,dc=plant'), encodeTlv(0x0a, [2]));
const modify = message(3, 0x66, text('cn=x,dc=plant'));
const tls = message(4, 0x77, encodeTlv(0x80, [...new TextEncoder().encode('1.3.6.1.4.1.1466.20037')]));
const tlsOk = message(4, 0x78, ...result(0), encodeTlv(0x8a, [...new TextEncoder().encode('1.3.6.1.4.1.1466.20037')]));
const conversation = [
  up(bind),
  down(message(1, 0x61, ...result(49))),
  up(search),
  down(join(message(2, 0x64, text('cn=a')), message(2, 0x65, ...result(0)))),
  up(modify),
  down(message(3, 0x67, ...result(50))),
  up(tls),
  down(tlsOk),
  up(bytesOf('160301')),
];

describe('ldap', () => {
  it('tells who binds, searches and changes, without the password', () => {
    const run = drive(ldap, conversation, on389);
    expect(run.malformed).toEqual([]);
    expect(run.sessions).toEqual([
      {
        phase: 'authenticate',
        outcome: 'refused',
        user: 'cn=hist,dc=plant',
        clearCredential: true,
        detail: 'LDAP simple: invalidCredentials (49)',
      },
    ]);
    expect(run.commands.map((c) => [c.verb, c.object, c.outcome, c.reason])).toEqual([
      ['read', 'ou=plc,dc=plant', 'accepted', undefined],
      ['write', 'cn=x,dc=plant', 'refused', 'insufficientAccessRights (50)'],
      ['invoke', '1.3.6.1.4.1.1466.20037', 'accepted', undefined],
    ]);
    expect(run.carried).toEqual([{ child: 'tls', octets: 3 }]);
    expect(JSON.stringify(run)).not.toContain('geheim');
  });
  it('gives the same however TCP cuts it', () => sameInPieces(ldap, conversation.slice(0, 6), on389));
  it('is not SNMP', () => {
    const say = (b: Uint8Array) => ldap.probe(b, 0, b.length, contextOf(on389));
    expect(say(bind)).toBe('sure');
    expect(say(search)).toBe('sure');
    expect(
      say(bytesOf('30 26 020101 0406 7075626c6963 a019 02012a 020100 020100 300e300c06082b06010201010500 0500')),
    ).toBe('no');
  });
  it('stands hostile octets', () => hostile(ldap, [conversation], on389));
});
