import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  contextOf,
  down,
  drive,
  hostile,
  join,
  type Part,
  sameInPieces,
  textBytes,
  up,
} from '../../../test/decoding.ts';
import { rdp } from './index.ts';

const on3389 = { carrier: 'tcp', serverPort: 3389 };
const request = bytesOf(`
  03 00 0029            # TPKT, 41 octets
  24 e0 0000 0000 00    # X.224 connection request
  436f6f6b69653a206d737473686173683d 656e67 0d0a # Cookie: mstshash=eng
  01 00 0800 0b000000   # negotiation request: TLS, CredSSP, early authorisation`);
const confirm = (selected: number, type = 2) =>
  join(bytesOf('03 00 0013 0e d0 0000 1234 00'), Uint8Array.of(type, 0, 8, 0, selected, 0, 0, 0));
const record = (type: number, size: number) =>
  join(Uint8Array.of(type, 3, 3, size >> 8, size & 255), new Uint8Array(size));
/** COTP connection request of an S7 client: parameters C0, C1, C2. */
const s7 = bytesOf('03 00 0016 11 e0 0000 0001 00 c0 01 0a c1 02 0100 c2 02 0102');
const name = join(textBytes([...'EWS-7'].map((c) => `${c}\0`).join('')), new Uint8Array(22));
const core = join(
  bytesOf(`01c0 ec00 04000800 0005 0004 01ca 03aa 07040000 b11d0000`), // CS_CORE, 236 octets, version, 1280x1024, layout, build 7601
  name,
  new Uint8Array(236 - 24 - 32),
);
const initial = join(bytesOf('7f65 82 0110 00000000'), textBytes('Duca'), bytesOf('80ec'), core);
const connectInitial = join(
  Uint8Array.of(3, 0, (7 + initial.length) >> 8, (7 + initial.length) & 255, 2, 0xf0, 0x80),
  initial,
);
const secured: Part[] = [
  up(request),
  down(confirm(2)),
  up(record(22, 100)),
  down(record(22, 80)),
  down(record(23, 1000)),
];
const plain: Part[] = [up(request), down(confirm(0)), up(connectInitial), down(Uint8Array.of(0x00, 0x05, 1, 2, 3))];

describe('rdp', () => {
  it('tells the user and the security, and carries the TLS handshake', () => {
    const run = drive(rdp, secured, on3389);
    expect(run.malformed).toEqual([]);
    expect(run.messages[0]).toMatchObject({ user: 'eng', requested: 11 });
    expect(run.sessions).toMatchObject([{ phase: 'open', outcome: 'accepted', user: 'eng', detail: 'RDP CredSSP' }]);
    expect(run.carried).toEqual([
      { child: 'tls', octets: 105 },
      { child: 'tls', octets: 85 },
    ]);
  });
  it('names the client where the session is not encrypted', () => {
    const run = drive(rdp, plain, on3389);
    expect(run.messages[2]).toMatchObject({
      clientName: 'EWS-7',
      clientBuild: 7601,
      keyboardLayout: 0x407,
      width: 1280,
    });
    expect(run.weirds).toMatchObject([{ code: 'rdp.weak-security' }]);
    expect(run.identities.map((i) => `${i.endpoint} ${i.attribute} ${i.value}`)).toEqual([
      '1 hostname EWS-7',
      '1 os Windows 7 or Server 2008 R2',
    ]);
  });
  it('shows a refusal', () => {
    expect(drive(rdp, [up(request), down(confirm(5, 3))], on3389).sessions).toMatchObject([
      { outcome: 'refused', detail: 'RDP HYBRID_REQUIRED_BY_SERVER' },
    ]);
  });
  it('does not claim S7 or MMS', () => {
    expect(rdp.probe(s7, 0, s7.length, contextOf({ serverPort: 102 }))).toBe('no');
    expect(rdp.probe(s7, 0, s7.length, contextOf({ serverPort: 3389 }))).toBe('no');
    expect(rdp.probe(request, 0, request.length, contextOf({ serverPort: 102 }))).toBe('no');
    expect(rdp.probe(request, 0, request.length, contextOf({ serverPort: 4000 }))).toBe('sure');
  });
  it('gives the same however TCP cuts it', () => {
    sameInPieces(rdp, secured, on3389);
    sameInPieces(rdp, plain, on3389);
  });
  it('stays whole under hostile octets', () => hostile(rdp, [secured, plain], on3389));
});
