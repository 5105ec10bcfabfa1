import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextOf, drive, octets, SERVER, tcpFlows } from '../../../test/controller-harness.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { cotp } from './index.ts';
import { MAX_TSDU, openCotp } from './stream.ts';
import { type CotpMessage, decodeTpdu, encodeConnection, encodeData, s7TsapOf, TPDU, tpduName } from './wire.ts';

const CR = `
  03 00 00 16   # TPKT version 3, length 22
  11 e0         # 17 octets of header, CR
  0000 0001 00  # destination reference 0, source reference 1, class 0
  c0 01 0a      # TPDU size 2^10
  c1 02 0100    # calling TSAP
  c2 02 0102    # called TSAP: PG connection, rack 0, slot 2`;
const CC = '03 00 00 16 11 d0 0001 0003 00 c0 01 09 c1 02 0100 c2 02 0102';
const DR = '03 00 00 0b 06 80 0001 0000 03'; // refers to source reference 1, reason 3

const say = (...lines: readonly [toServer: boolean, text: string][]) =>
  drive(
    [cotp],
    lines.map(([toServer, text], i) => ({ frame: i + 1, toServer, bytes: octets(text) })),
  );
const probe = (text: string) => {
  const bytes = octets(text);
  return cotp.probe(bytes, 0, bytes.length, contextOf());
};

describe('cotp', () => {
  it('reads a connection request', () => {
    const bytes = octets(CR);
    expect(decodeTpdu(bytes, 4, bytes.length)).toEqual({
      type: 'CR Connection Request',
      code: 0xe0,
      destinationReference: 0,
      sourceReference: 1,
      transportClass: 0,
      tpduSize: 1024,
      callingTsap: '0100',
      calledTsap: '0102',
      reason: -1,
    });
  });
  it('writes what it reads', () => {
    for (const text of [CR, CC, DR]) {
      const bytes = octets(text);
      expect(encodeConnection(decodeTpdu(bytes, 4, bytes.length)!)).toEqual(bytes);
    }
  });
  it('knows rack and slot in the called TSAP of S7, and only there', () => {
    expect(s7TsapOf('0102')).toEqual({ connection: 'PG', rack: 0, slot: 2 });
    expect(s7TsapOf('0322')).toEqual({ connection: 'S7 basic', rack: 1, slot: 2 });
    expect(s7TsapOf('0001')).toBeUndefined();
    expect(s7TsapOf('53494d415449432d524f4f54')).toBeUndefined();
  });
  it('an accepted connection is a session, with its slot', () => {
    const seen = say([true, CR], [false, CC]);
    const detail = 'COTP calling TSAP 0x0100, called TSAP 0x0102 (PG connection, rack 0, slot 2)';
    expect(seen.sessions).toMatchObject([{ phase: 'open', outcome: 'accepted', detail }]);
    expect(seen.modules).toEqual([{ endpoint: SERVER, slot: '0/2', present: true, via: 'COTP called TSAP' }]);
  });
  it('a refused one says why', () => {
    const seen = say([true, CR], [false, DR]);
    expect(seen.sessions).toMatchObject([{ outcome: 'refused' }]);
    expect(seen.sessions[0]!.detail).toMatch(/address unknown \(3\)$/);
    expect(seen.modules).toEqual([]);
  });
  it('tells ISO applications from RDP', () => {
    expect(probe(CR)).toBe('sure');
    expect(probe(CC)).toBe('sure');
    expect(probe('03 00 00 1f 02 f0 80 32 01')).toBe('sure');
    expect(probe('0300002b 26e0 0000 0000 00 436f6f6b69653a206d737473686173683d61646d696e0d0a 0100080001000000')).toBe(
      'no',
    );
    expect(probe('03000013 0ed0 0000 1234 00 0200080000000000')).toBe('no');
    expect(probe('03 00')).toBe('more');
    expect(probe('16 03 01')).toBe('no');
  });
  it('joins fragments per direction and carries them on', () => {
    const state = openCotp();
    const payload = Uint8Array.from({ length: 300 }, (_, i) => i & 255);
    const parts = encodeData(payload, 128);
    expect(parts.length).toBe(3);
    const other = encodeData(Uint8Array.of(9))[0]!;
    const kinds: string[] = [];
    for (const part of parts) {
      const outcome = cotp.decode(part, 0, part.length, contextOf(), state);
      kinds.push(outcome.kind);
      if (outcome.kind === 'carries') expect(outcome.bytes.slice(outcome.start, outcome.end)).toEqual(payload);
      const back = cotp.decode(other, 0, other.length, contextOf({ toServer: false }), state);
      expect(back).toMatchObject({ kind: 'carries', start: 7, end: 8 });
    }
    expect(kinds).toEqual(['skip', 'skip', 'carries']);
  });
  it('forgets a fragment that was followed by a gap', () => {
    const state = openCotp();
    const [first, second] = encodeData(new Uint8Array(100), 64);
    cotp.decode(first!, 0, first!.length, contextOf(), state);
    const outcome = cotp.decode(second!, 0, second!.length, contextOf({ afterGap: true }), state);
    expect(outcome).toMatchObject({ kind: 'carries', start: 7 });
  });
  it('stops joining at its bound and goes on after the end of that TSDU', () => {
    const state = openCotp();
    const parts = encodeData(new Uint8Array(MAX_TSDU + 70_000), 60_000);
    const kinds = parts.map((p) => cotp.decode(p, 0, p.length, contextOf(), state).kind);
    expect(kinds).toEqual(['skip', 'skip', 'malformed', 'skip']);
    expect(state.client.buffer.length).toBe(0);
    const next = encodeData(Uint8Array.of(1, 2))[0]!;
    expect(cotp.decode(next, 0, next.length, contextOf(), state).kind).toBe('carries');
  });
  it('skips the empty DT that stations send to keep a connection', () => {
    const bytes = octets('03 00 00 07 02 f0 00');
    expect(cotp.decode(bytes, 0, 7, contextOf(), openCotp())).toEqual({ kind: 'skip', consumed: 7 });
  });
  it('asks for more at every cut', () => {
    const bytes = octets(CR);
    for (let end = 1; end < bytes.length; end++) {
      expect(cotp.decode(bytes, 0, end, contextOf(), openCotp()).kind).toBe('incomplete');
      expect(cotp.probe(bytes, 0, end, contextOf())).not.toBe('no');
    }
  });
  it('takes 20,000 mutated streams', () => {
    const fixtures = [CR, CC, DR, '03 00 00 09 02 f0 00 32 01 03 00 00 09 02 f0 80 07 01'];
    fc.assert(
      fc.property(
        fc.constantFrom(...fixtures),
        fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 5 }),
        (text, changes) => {
          const bytes = octets(text);
          for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
          cotp.probe(bytes, 0, bytes.length, contextOf());
          drive(
            [cotp],
            [
              { frame: 1, toServer: true, bytes },
              { frame: 2, toServer: false, bytes },
            ],
          );
        },
      ),
      { numRuns: 20_000, seed: 20260102 },
    );
  });
});

describeShared('cotp captures', () => {
  it('sees connections with their TSAPs', () => {
    const flows = tcpFlows(sharedCapture('s7comm/iti.s7comm_varservice_libnodavedemo'), [102]);
    const seen = flows.map((flow) => drive([cotp], flow.segments));
    const messages = seen.flatMap((s) => s.messages.map((m) => m.message as CotpMessage));
    expect(messages.map((m) => m.code)).toEqual([TPDU.CR, TPDU.CC]);
    expect(messages[0]).toMatchObject({ type: tpduName(TPDU.CR), calledTsap: '0102', callingTsap: '0100' });
    expect(seen.flatMap((s) => s.malformed)).toEqual([]);
  });
});
