import { describe, expect, it } from 'vitest';
import { contextOf, octets, readFrames, recorder, run, torture } from '../../../test/datagram-harness.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { readAnnotation } from './epm.ts';
import { profinetCm } from './index.ts';
import { readFParameters } from './safety.ts';
import { type CmMessage, encodeArgs, encodeCm } from './wire.ts';

const DEVICE = 'dea00001-6c97-11d1-8271-00a02442df7d';
const MAPPER = 'e1af8308-5d1f-11c9-91a4-08002b14a0fa';
const ACTIVITY = '13142f90-0000-1000-a994-d2106890ca5a';
const AR = '7c74224e166c4a58bf6b6c25a75870f0';

const CONNECT = octets(
  '0101 003a 0100' + // ARBlockReq, 58 octets, version 1.0
    '0001' + // ARType: IO controller
    AR +
    '0001 00a0456dd343' + // session key, MAC address of the initiator
    'dea000006c9711d182710001003c00b0' + // its object: vendor 0x00b0
    '00000011 0258 8892 0004 706c6331' + // properties, timeout 600, UDP RT port, station name 'plc1'
    '0104 0026 0100 0001' + // ExpectedSubmoduleBlockReq: one module
    '00000000 0002 00000071 0000 0001' + // API 0, slot 2, ident 0x71, one submodule
    '0001 00000072 0003' + // subslot 1, ident 0x72, inputs and outputs
    '0001 0004 01 01' + // input: 4 octets, IOCS 1, IOPS 1
    '0002 0002 01 01', // output: 2 octets
);
const CONNECTED = octets(
  `8101 001e 0100 0001 ${AR} 0001 00099143e067 8892` + // ARBlockRes
    '8106 0008 0100 0004 64657631' + // ARServerBlockRes: station name 'dev1'
    '8104 001c 0100 0001 00000000 0001' + // ModuleDiffBlock: one API, one module
    '0002 00000099 0001 0001' + // slot 2: wrong module 0x99
    '0001 00000072 8800', // subslot 1: substitute
);
const header = (type: string, index: string, length: string, tail: string): string =>
  `${type} 003c 0100 0001 ${AR} 00000000 0002 0001 0000 ${index} ${length} ${tail}`;
/** F-parameters: SIL3, source 1, destination 11, watchdog 150 ms, F_iPar_CRC, F_Par_CRC (of a capture). */
const F_PARAMETERS = '08480001000b00967e262589bec6';
const WRITE = octets(
  header('0008', 'e040', '0000008c', '00'.repeat(24)) + // MultipleWrite
    header('0008', '0080', '0000000e', '00'.repeat(24)) + // user record of 14 octets
    `${F_PARAMETERS} 0000` + // with its padding
    header('0008', 'aff1', '0000003c', '00'.repeat(24)) + // I&M1
    `0021 0038 0100 ${'4d4f5445'}${'20'.repeat(28)} ${'48414c4c'}${'20'.repeat(18)}`, // 'MOTE', 'HALL'
);
const WRITTEN = octets(
  header('8008', 'e040', '0000008c', `0000 0000 00000000${'00'.repeat(16)}`) +
    header('8008', '0080', '0000000e', `0000 0000 00000000${'00'.repeat(16)}`) +
    header('8008', 'aff1', '0000003c', `0000 0000 df80b600${'00'.repeat(16)}`), // write refused: access denied
);
const IM0 = octets(
  header('8009', 'aff0', '0000003c', `0000 0000${'00'.repeat(20)}`).replace('0002 0001', '0000 0001') + // slot 0
    '0020 0038 0100 002a' + // I&M0, vendor Siemens
    `${Buffer.from('6ES7 155-6AU01-0BN0 ').toString('hex')}` +
    `${Buffer.from('S C-H1234567890 ').toString('hex')}` +
    '0003 56 04 02 01 0000 0000 0000 0101 001e', // hardware 3, V4.2.1, revision counter, profile, I&M 1.1, supported
);
const LOOKUP = octets(`00000000 00000001 ${'00'.repeat(16)} 00000002 ${'00'.repeat(20)} 00000001`);
const ANNOTATION = `${'S7-1200'.padEnd(25)} ${'6ES7 214-1AG40-0XB0'.padEnd(20)} ${'    7'} V  4  2  1`;
const LOOKED_UP = octets(
  '00'.repeat(20) + // entry handle
    '0000000100000001' + // one entry; maximum of the array
    '0000000000000001' + // offset, actual count
    'dea000006c9711d1827100010201002a' + // object: instance 1, device 0x0201, vendor Siemens
    '00000003' + // tower pointer
    `00000000 00000040 ${Buffer.from(`${ANNOTATION}\0`.padEnd(64, '\0')).toString('hex')}` +
    '0000004b 0000004b' + // octets of the tower
    '0500' + // five floors
    '1300 0d 0100a0de976cd111827100a02442df7d 0100 0200 0000' + // interface
    '1300 0d 045d888aeb1cc9119fe808002b104860 0200 0200 0000' + // NDR
    '0100 0a 0200 0000' + // connectionless RPC
    '0100 08 0200 8894' + // UDP port 34964
    '0100 09 0400 c0a80002' + // IP address
    '00 00000000', // padding, status
);

const request = (opnum: number, body: Uint8Array, over: Partial<Parameters<typeof encodeCm>[0]> = {}): Uint8Array =>
  encodeCm({ packetType: 0, opnum, interface: DEVICE, activity: ACTIVITY, body: encodeArgs(4096, body), ...over });
const response = (opnum: number, status: number, body: Uint8Array): Uint8Array =>
  encodeCm({ packetType: 2, opnum, interface: DEVICE, activity: ACTIVITY, body: encodeArgs(status, body) });

const decode = (b: Uint8Array, state = profinetCm.open()): CmMessage => {
  const d = profinetCm.decode(b, 0, b.length, contextOf(), state);
  if ((d.kind !== 'message' && d.kind !== 'carries') || d.message === undefined)
    throw new Error(`${d.kind} ${JSON.stringify(d)}`);
  return d.message;
};
/** Decodes and observes transactions in one state. */
const talk = (...pairs: readonly (readonly [Uint8Array, Uint8Array])[]) => {
  const { out, sink } = recorder();
  const state = profinetCm.open();
  for (const [q, a] of pairs)
    profinetCm.observe(
      { request: decode(q, state), response: decode(a, state), state: 'answered', at: contextOf() },
      sink,
      state,
    );
  return out;
};

describe('profinet-cm', () => {
  it('reads Connect: names of both stations, the rack, what differs', () => {
    const m = decode(request(0, CONNECT));
    expect(m).toMatchObject({ type: 'Connect request', interface: 'device', argsMaximum: 4096 });
    expect(m.blocks[0]).toMatchObject({
      name: 'ARBlockReq',
      fields: { arType: 1, cmInitiatorMac: '00:a0:45:6d:d3:43', cmInitiatorStationName: 'plc1' },
    });
    const out = talk([request(0, CONNECT), response(0, 0, CONNECTED)]);
    expect(out.sessions).toMatchObject([
      { phase: 'open', outcome: 'accepted', detail: 'PROFINET IO controller AR of plc1' },
    ]);
    expect(out.names.map((x) => [x.endpoint, x.name])).toEqual([
      [1, 'plc1'],
      [2, 'dev1'],
    ]);
    expect(out.identities).toContainEqual(
      expect.objectContaining({ endpoint: 1, attribute: 'vendor', value: 'Phoenix Contact' }),
    );
    expect(out.modules).toMatchObject([{ endpoint: 2, slot: '2', model: 'module ident 0x00000099', present: true }]);
    expect(out.weirds.map((x) => x.code)).toEqual(['profinet-cm.wrong-module']);
    expect(out.weirds[0]?.detail).toContain('0x00000099 plugged');
    // The same module as a substitute: ModuleState 3.
    const substitute = CONNECTED.slice();
    substitute[substitute.indexOf(0x99) + 2] = 3;
    const other = talk([request(0, CONNECT), response(0, 0, substitute)]);
    expect(other.weirds[0]?.detail).toContain('0x00000071 expected, 0x00000099 in its place');
    expect(other.modules).toMatchObject([{ slot: '2', model: 'module ident 0x00000099' }]);
  });
  it('says why a Connect was refused', () => {
    const out = talk([request(0, CONNECT), response(0, 0xdb814004, new Uint8Array(0))]);
    expect(out.sessions).toMatchObject([
      { outcome: 'refused', detail: expect.stringContaining('out of AR resources (0xdb 0x81 0x40 0x4)') },
    ]);
    expect(out.modules).toEqual([]);
  });
  it('reads each record of a MultipleWrite with its own outcome, and PROFIsafe by its CRC', () => {
    const out = talk([request(0, CONNECT), response(0, 0, CONNECTED)], [request(3, WRITE), response(3, 0, WRITTEN)]);
    expect(out.commands).toMatchObject([
      {
        verb: 'configure',
        object: 'slot 2 subslot 0x0001 index 0x0080 (user record)',
        value: F_PARAMETERS,
        outcome: 'accepted',
      },
      {
        verb: 'configure',
        object: 'slot 2 subslot 0x0001 index 0xaff1 (I&M1)',
        outcome: 'refused',
        reason: 'access denied (0xdf 0x80 0xb6 0x0)',
      },
    ]);
    expect(out.items.map((x) => [x.path, x.value])).toEqual([
      ['slot 2 subslot 0x0001 F_Source_Add', 1],
      ['slot 2 subslot 0x0001 F_Dest_Add', 11],
      ['slot 2 subslot 0x0001 F_WD_Time', 150],
      ['slot 2 subslot 0x0001 index 0x0080 (user record)', F_PARAMETERS],
    ]);
    expect(readFParameters(octets('08480001000c00967e262589bec6'))).toBeUndefined();
  });
  it('reads I&M0 as identity of the device', () => {
    const asked = octets(header('0009', 'aff0', '00001000', '00'.repeat(24)).replace('0002 0001', '0000 0001'));
    const out = talk([request(2, asked), response(2, 0, IM0)]);
    expect(out.identities.map((x) => `${x.attribute}=${x.value}`)).toEqual([
      'vendor=Siemens',
      'order-number=6ES7 155-6AU01-0BN0',
      'serial=S C-H1234567890',
      'firmware=V4.2.1',
      'hardware=3',
    ]);
    expect(out.commands).toMatchObject([{ verb: 'read', object: 'slot 0 subslot 0x0001 index 0xaff0 (I&M0)' }]);
  });
  it('reads the annotation of the endpoint mapper', () => {
    const mapper = { interface: MAPPER, activity: ACTIVITY, opnum: 2 };
    const out = talk([
      encodeCm({ ...mapper, packetType: 0, body: LOOKUP }),
      encodeCm({ ...mapper, packetType: 2, body: LOOKED_UP }),
    ]);
    expect(out.identities.map((x) => `${x.attribute}=${x.value}`)).toEqual([
      'vendor=Siemens',
      'device-type=S7-1200',
      'order-number=6ES7 214-1AG40-0XB0',
      'hardware=7',
      'firmware=V4.2.1',
    ]);
    expect(out.commands).toMatchObject([{ verb: 'discover', object: 'all', outcome: 'accepted' }]);
    expect(decode(encodeCm({ ...mapper, packetType: 2, body: LOOKED_UP })).epm?.entries[0]).toMatchObject({
      interface: DEVICE,
      port: 34964,
    });
    expect(readAnnotation('a printer')).toBeUndefined();
  });
  it('joins fragments in any order, once', () => {
    const args = encodeArgs(4096, CONNECT);
    const part = (fragment: number, body: Uint8Array, last: boolean): Uint8Array =>
      request(0, body, { body, fragment, flags1: 0x24 | (last ? 2 : 0) });
    const parts = [
      part(0, args.subarray(0, 50), false),
      part(1, args.subarray(50, 100), false),
      part(2, args.subarray(100), true),
    ];
    const state = profinetCm.open();
    expect(decode(parts[2]!, state)).toMatchObject({ type: 'Request fragment', isFragment: true });
    expect(decode(parts[0]!, state)).toMatchObject({ type: 'Request fragment' });
    expect(decode(parts[0]!, state)).toMatchObject({ type: 'Request fragment' });
    expect(decode(parts[1]!, state)).toMatchObject({ type: 'Connect request', blocks: [{}, {}] });
    expect(state.calls.size).toBe(0);
  });
  it('keeps the service out of the message type of a fault', () => {
    const fault = encodeCm({
      packetType: 3,
      opnum: 2,
      interface: DEVICE,
      activity: ACTIVITY,
      body: octets('1c010014'),
    });
    const asked = octets(header('0009', 'aff0', '00001000', '00'.repeat(24)));
    const out = talk([request(2, asked), fault]);
    expect(out.commands).toMatchObject([
      { verb: 'read', outcome: 'refused', reason: 'RPC fault: server too busy (0x1c010014)' },
    ]);
  });
  it('is sure of its interfaces only', () => {
    const b = request(0, CONNECT);
    expect(profinetCm.probe(b, 0, b.length, contextOf())).toBe('sure');
    b[24] = 0;
    expect(profinetCm.probe(b, 0, b.length, contextOf())).toBe('no');
    expect(profinetCm.probe(b, 0, 60, contextOf())).toBe('no');
  });
  it('reads the head of the array, counts that promise more than there is, and octets that shall be zero', () => {
    const decoded = (body: Uint8Array): CmMessage => {
      const bytes = request(0, body);
      const d = profinetCm.decode(bytes, 0, bytes.length, contextOf({ toServer: true }), profinetCm.open());
      if (d.kind !== 'message') throw new Error(d.kind);
      return d.message;
    };
    const whole = decoded(CONNECT);
    expect(whole).toMatchObject({ arrayMaximum: CONNECT.length, arrayOffset: 0, arrayLength: CONNECT.length });
    expect([whole.missing, whole.reserved]).toEqual([undefined, undefined]);
    const promising = CONNECT.slice();
    promising[CONNECT.length - 36] = 0; // number of modules: high octet
    promising[CONNECT.length - 35] = 3; // three, of which one is there
    expect(decoded(promising).missing).toBe(2);
    const { out, sink } = recorder();
    const at = contextOf();
    profinetCm.observe(
      { request: decoded(promising), response: undefined, state: 'unanswered', at },
      sink,
      profinetCm.open(),
    );
    expect(out.weirds).toMatchObject([{ code: 'profinet-cm.missing', detail: '2 parts fewer than its counts say' }]);
    const padded = WRITE.slice();
    padded[32] = 5; // behind the subslot number
    const bytes = request(3, padded);
    expect(profinetCm.decode(bytes, 0, bytes.length, contextOf({ toServer: true }), profinetCm.open())).toMatchObject({
      message: { reserved: 5 },
    });
  });
  it('survives truncation and 20,000 mutations', () => {
    const counts = torture(
      profinetCm,
      [
        request(0, CONNECT),
        response(0, 0, CONNECTED),
        request(3, WRITE),
        response(3, 0, WRITTEN),
        response(2, 0, IM0),
        encodeCm({ packetType: 2, opnum: 2, interface: MAPPER, activity: ACTIVITY, body: LOOKED_UP }),
      ],
      11,
    );
    expect(counts.message).toBeGreaterThan(1000);
  });
});

describeShared('profinet-cm on captures', () => {
  it('reads all 950 datagrams, three of them fragments that wait, as their sources mean them', () => {
    const out = run(profinetCm, readFrames(sharedCapture('profinet/icsnpp.profinet_io_cm')));
    expect(out.failures).toEqual([]);
    expect(out.messages.length).toBe(950);
    expect(out.messages.filter((x) => (x.message as CmMessage).isFragment).length).toBe(3);
    expect(out.sessions.filter((x) => x.outcome === 'refused').length).toBe(83);
    expect(out.items.filter((x) => x.type === 'PROFIsafe').length).toBeGreaterThan(0);
    const names = new Set(out.names.map((x) => x.name));
    for (const name of ['controller', 'rt-labs-dev', 'er2pxb27c34', '192.168.1.2']) expect(names).toContain(name);
  });
});
