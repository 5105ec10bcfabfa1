import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, costUs, down, drive, hostile, sameInPieces, up } from '../../../test/decoding.ts';
import { flowsOf } from '../../../test/flows.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { COMMAND } from './commands.ts';
import { fins } from './index.ts';
import { encodeCommand, encodeResponse, encodeTcp } from './wire.ts';

const onUdp = { carrier: 'udp', serverPort: 9600 };
const onTcp = { carrier: 'tcp', serverPort: 9600 };
const read = bytesOf(`
  80 00 02           # ICF command over gateway, RSV, gateway count
  00 64 00           # destination network 0, node 100, unit 0 (CPU)
  00 01 00  54       # source network 0, node 1, unit 0; service id
  01 04              # Multiple Memory Area Read
  b1 0000 00         # W0
  30 0064 05         # CIO 100.05
  82 2711 00         # D10001`);
const readAnswer = bytesOf(`
  c0 00 02 00 01 00 00 64 00 54
  01 04 0000         # normal completion
  b1 0001  30 01  82 0406`);
const write = encodeCommand(COMMAND.MEMORY_WRITE, 7, [0x82, 0x00, 0x0a, 0x00, 0x00, 0x02, 0x12, 0x34, 0x56, 0x78]);
const run = encodeCommand(COMMAND.RUN, 8, [0xff, 0xff, 0x04]);
const unprotect = encodeCommand(
  COMMAND.PROGRAM_UNPROTECT,
  9,
  [0xff, 0xff, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x53, 0x33, 0x43, 0x52],
);
const identify = encodeCommand(COMMAND.CONTROLLER_DATA_READ, 10, [0]);
const text = (value: string, length: number): number[] =>
  Array.from({ length }, (_, i) => (i < value.length ? value.charCodeAt(i) : 0x20));
const identity = encodeResponse(identify, 0, [
  ...text('CJ2M-CPU33', 20),
  ...text('02.01', 20),
  ...new Array(52).fill(0),
]);
const force = encodeCommand(COMMAND.FORCE, 11, [0, 2, 0, 1, 0x30, 0, 0x64, 5, 0xff, 0xff, 0x31, 0, 1, 0]);

describe('fins', () => {
  it('reads values of points of several areas', () => {
    const seen = drive(fins, [up(read), down(readAnswer)], onUdp);
    expect(seen.malformed).toEqual([]);
    expect(seen.commands).toMatchObject([{ verb: 'read', outcome: 'accepted', object: 'W0 and 2 more' }]);
    expect(seen.values.map((v) => `${v.path} ${v.type} ${v.value}`)).toEqual([
      'W0 WORD 1',
      'CIO 100.05 BOOL true',
      'D10001 WORD 1030',
    ]);
  });
  it('says what was written, and why it was refused', () => {
    const seen = drive(fins, [up(write), down(encodeResponse(write, 0x2101, []))], onUdp);
    expect(seen.commands).toMatchObject([
      { verb: 'write', object: 'D10, 2 words', outcome: 'refused', reason: 'read-only (0x2101)' },
    ]);
  });
  it('says that a CPU has an error when that changes, whether it does what it is asked or not', () => {
    const { values, commands } = drive(
      fins,
      [0x0000, 0x0040, 0x0040, 0x1143, 0x1183, 0x8205, 0x0000, 0x0000].flatMap((endCode) => [
        up(write),
        down(encodeResponse(write, endCode, [])),
      ]),
      onUdp,
    );
    expect(values.filter((v) => v.path === 'CPU error').map((v) => v.value)).toEqual(['non-fatal', 'fatal', 'none']);
    expect(commands.slice(0, 2).map((c) => c.outcome)).toEqual(['accepted', 'accepted']);
  });

  it('knows a relay error and the CPU error bits from a refusal', () => {
    const relayed = drive(fins, [up(write), down(encodeResponse(write, 0x8205, []))], onUdp);
    expect(relayed.commands[0]).toMatchObject({ reason: 'response timeout (0x8205, relay error)' });
    const warned = drive(fins, [up(run), down(encodeResponse(run, 0x0040, []))], onUdp);
    expect(warned.commands[0]).toMatchObject({ verb: 'mode-change', operation: 'Run', outcome: 'accepted' });
  });
  it('masks passwords', () => {
    const seen = drive(fins, [up(unprotect), down(encodeResponse(unprotect, 0x2602, []))], onUdp);
    expect(seen.commands).toMatchObject([
      { verb: 'authenticate', outcome: 'refused', reason: 'incorrect password (0x2602)' },
    ]);
    expect(JSON.stringify(seen.messages)).toContain('(masked)');
    expect(JSON.stringify(seen)).not.toContain('S3CR');
  });
  it('learns model and version', () => {
    const seen = drive(fins, [up(identify), down(identity)], onUdp);
    expect(seen.identities.map((i) => `${i.attribute} ${i.value}`)).toEqual([
      'vendor OMRON',
      'model CJ2M-CPU33',
      'firmware 02.01',
    ]);
  });
  it('shows each forced bit', () => {
    const seen = drive(fins, [up(force), down(encodeResponse(force, 0, []))], onUdp);
    expect(seen.commands).toMatchObject([
      { verb: 'force', object: 'CIO 100.05', value: 'forced ON', outcome: 'accepted' },
      { verb: 'force', object: 'W1.00', value: 'released' },
    ]);
  });
  it('takes another network as a device behind the one spoken to', () => {
    const routed = encodeCommand(COMMAND.STOP, 1, [], { network: 2, node: 5 });
    const seen = drive(fins, [up(routed), down(encodeResponse(routed, 0, []))], onUdp);
    expect(seen.commands).toMatchObject([{ verb: 'mode-change', operation: 'Stop', target: 99 }]);
    const own = encodeCommand(COMMAND.STOP, 1, [], { node: 5 });
    expect(drive(fins, [up(own), down(encodeResponse(own, 0, []))], onUdp).commands).toMatchObject([{ target: 2 }]);
  });
  it('follows the address exchange of FINS/TCP and frames in pieces', () => {
    const parts = [
      up(encodeTcp(0, [0, 0, 0, 0])),
      down(encodeTcp(1, [0, 0, 0, 0xef, 0, 0, 0, 0x64])),
      up(encodeTcp(2, read)),
      down(encodeTcp(2, readAnswer)),
    ];
    const seen = drive(fins, parts, onTcp);
    expect(seen.sessions).toEqual([{ phase: 'open', outcome: 'accepted', detail: 'FINS/TCP node 239 to 100' }]);
    expect(seen.values).toHaveLength(3);
    sameInPieces(fins, parts, onTcp);
  });
  it('probes by content', () => {
    const probe = (b: Uint8Array, over: typeof onUdp) => fins.probe(b, 0, b.length, contextOf(over));
    expect(probe(read, onUdp)).toBe('sure');
    expect(probe(readAnswer, onUdp)).toBe('sure');
    expect(probe(encodeTcp(0, [0, 0, 0, 0]), onTcp)).toBe('sure');
    expect(probe(bytesOf('46494e'), onTcp)).toBe('more');
    expect(probe(bytesOf('8000 1000 0000 0000 0000 0101'), onUdp)).toBe('no');
    // RTP with an SSRC that ends like a command
    expect(probe(bytesOf('8000 0001 00a0 85b4 9234 0101 7f7f'), onUdp)).toBe('maybe');
  });
  it('stays whole under hostile octets', () => {
    hostile(
      fins,
      [
        [up(read), down(readAnswer)],
        [up(write), down(encodeResponse(write, 0, []))],
        [up(identify), down(identity)],
        [up(force), up(unprotect), up(run)],
      ],
      onUdp,
    );
    hostile(fins, [[up(encodeTcp(0, [0, 0, 0, 0])), up(encodeTcp(2, read)), down(encodeTcp(2, readAnswer))]], onTcp);
  });
  it('costs little', () => {
    expect(costUs(fins, read, onUdp)).toBeLessThan(10);
  });
});

describeShared('fins on real captures', () => {
  it('gives every PDU and its values', () => {
    const parts = flowsOf(sharedCapture('omron-fins/nttcom-OmronFINS.Traces')).flatMap((f) => f.parts);
    const seen = drive(fins, parts, onUdp);
    expect(seen.messages).toHaveLength(20);
    expect(seen.values).toHaveLength(170);
    expect(seen.values.slice(0, 2)).toMatchObject([
      { path: 'W0', value: 1 },
      { path: 'D10001', value: 1030 },
    ]);
  });
  it('reads every command of the collection, none malformed or short', () => {
    const [flow] = flowsOf(sharedCapture('omron-fins/icsnpp.omron'));
    const seen = drive(fins, flow!.parts, onUdp);
    expect(seen.messages).toHaveLength(243);
    expect(seen.messages.filter((m) => m.defect !== '' || m.type.startsWith('unknown'))).toEqual([]);
    expect(seen.malformed).toEqual([]);
  });
});
