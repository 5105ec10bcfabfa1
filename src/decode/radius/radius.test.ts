import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, textBytes, up } from '../../../test/decoding.ts';
import { radius } from './index.ts';
import { encodeRadius } from './wire.ts';

const on1812 = { carrier: 'udp', serverPort: 1812 };
const ask = encodeRadius(1, 7, [
  [1, 'ops'],
  [2, 'hiddenhiddenhidd'],
  [4, [10, 0, 0, 1]],
  [31, '00-11-22-33-44-55'],
  [32, 'switch-3'],
  [8, [10, 0, 0, 77]],
]);
const reject = encodeRadius(3, 7, [[18, 'no such user']]);
const account = encodeRadius(4, 8, [
  [1, 'ops'],
  [40, [0, 0, 0, 1]],
  [44, 'S1'],
]);
const coa = encodeRadius(43, 9, [[1, 'ops']]);
const nak = encodeRadius(45, 9, [[101, [0, 0, 1, 247]]]);
const conversation = [up(ask), down(reject), up(account), down(encodeRadius(5, 8, [])), up(coa), down(nak)];

describe('radius', () => {
  it('tells who was refused, from where, without the password', () => {
    const run = drive(radius, conversation, on1812);
    expect(run.malformed).toEqual([]);
    expect(run.sessions).toEqual([
      {
        phase: 'authenticate',
        outcome: 'refused',
        user: 'ops',
        detail: 'RADIUS PAP station 00-11-22-33-44-55: no such user',
      },
      { phase: 'open', outcome: 'accepted', user: 'ops', detail: 'RADIUS accounting session S1' },
    ]);
    expect(run.commands).toMatchObject([
      { verb: 'configure', outcome: 'refused', object: 'user ops', reason: 'session context not found (503)' },
    ]);
    expect(run.mentioned).toEqual(['00:11:22:33:44:55']);
    expect(run.names).toMatchObject([{ endpoint: 100, kind: 'ip', name: '10.0.0.77' }]);
    expect(run.identities.map((i) => `${i.endpoint} ${i.value}`)).toEqual([
      '1 switch-3',
      '1 network access server',
      '100 ops',
    ]);
    expect(JSON.stringify(run)).not.toContain('hidden');
  });
  it('tells damaged attributes', () => {
    const bad = ask.slice();
    bad[21] = 1;
    expect(drive(radius, [up(bad)], on1812).weirds).toEqual([
      { code: 'radius.malformed', detail: 'attribute 1 of 1 octets' },
    ]);
    // What stands before the damage is told: the user, and where he came from.
    const half = ask.slice(0, ask.length - 8); // cut within NAS-Identifier's successor
    const run = drive(radius, [up(half), down(reject)], on1812);
    expect(run.weirds).toEqual([{ code: 'radius.malformed', detail: `${half.length} of ${ask.length} octets` }]);
    expect(run.sessions).toMatchObject([{ user: 'ops', outcome: 'refused' }]);
  });
  it('says what its numbers stand for', () => {
    const said = (number: number, value: number) =>
      radius.codes?.['attributes[].value']?.(value, (name) => (name === 'number' ? number : Number.NaN));
    expect([said(40, 1), said(101, 503), said(61, 15), said(49, 1), said(64, 13), said(5, 1), said(40, 99)]).toEqual([
      'Start',
      'Session Context Not Found',
      'Ethernet',
      'User Request',
      'VLAN',
      undefined,
      undefined,
    ]);
  });
  it('is plausible only where the port says so', () => {
    expect(radius.probe(ask, 0, ask.length, contextOf(on1812))).toBe('maybe');
    expect(radius.probe(textBytes('GET / HTTP/1.1 and more'), 0, 22, contextOf(on1812))).toBe('no');
    expect(radius.probe(bytesOf('01 02 0003'), 0, 4, contextOf(on1812))).toBe('no');
  });
  it('stands hostile octets', () => hostile(radius, [conversation], on1812));
});
