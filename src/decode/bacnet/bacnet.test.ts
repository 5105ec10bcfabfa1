import { describe, expect, it } from 'vitest';
import { contextOf, octets, recorder, torture } from '../../../test/datagram-harness.ts';
import { bacnet } from './index.ts';
import { type BacnetMessage, openBacnet } from './message.ts';
import { PROPERTY, propertyName } from './properties.ts';
import { ERROR_CODES } from './tables.ts';
import { UNITS } from './units.ts';
import {
  encodeComplexAck,
  encodeConfirmed,
  encodeDatagram,
  encodeError,
  encodeSimpleAck,
  encodeUnconfirmed,
  iAmArguments,
  objectIdOf,
  propertyArguments,
  TagWriter,
  UNICAST,
} from './wire.ts';

const READ = octets(
  '81 0a 0011' + // BVLC: Original-Unicast-NPDU, 17 octets
    '01 04' + // NPDU: version 1, expecting reply
    '00 05 2a 0c' + // confirmed request, 1476 octets, invoke id 42, readProperty
    '0c 00000003' + // [0] analog-input 3
    '19 55', // [1] present-value
);
const READ_ACK = octets(
  '81 0a 0017 01 00' + // BVLC, NPDU
    '30 2a 0c' + // ComplexACK, invoke id 42, readProperty
    '0c 00000003 19 55' + // analog-input 3, present-value
    '3e 44 41a80000 3f', // [3] Real 21.0
);
const WRITE_ROUTED = octets(
  '81 0a 0024 01 2c' + // NPDU: destination, source, expecting reply
    '2199 01 3f' + // DNET 8601, DADR 63
    '02bf 06 ac1007c9bac0' + // SNET 703, SADR 172.16.7.201:47808
    'fe' + // hop count 254
    '02 75 07 0f' + // confirmed request, invoke id 7, writeProperty
    '0c 00400001 19 55' + // analog-output 1 present-value
    '3e 00 3f' + // Null: relinquish
    '49 08', // [4] priority 8
);
const WRITE_ERROR = octets(
  '81 0a 001b 01 28' + // NPDU: destination, source
    '02bf 06 ac1007c9bac0' + // DNET 703, DADR
    '2199 01 3f fe' + // SNET 8601, SADR 63, hop count
    '50 07 0f 91 02 91 25', // Error, invoke id 7, writeProperty, class property, code value-out-of-range
);
const REINITIALIZE = octets(
  '81 0a 0013 01 04 00 05 09 14' + // confirmed request, invoke id 9, reinitializeDevice
    '09 02' + // [0] start-backup
    '1d 05 00 48494748', // [1] password "HIGH", UTF-8
);
const I_AM = octets(
  '81 0b 0018 01 20 ffff 00 ff' + // broadcast to every network
    '10 00' + // unconfirmed i-Am
    'c4 020002d1' + // device 721
    '22 05c4 91 00 21 0f', // 1476 octets, segmented-both, vendor 15 (Cornell University)
);
const RPM_ACK = octets(
  '81 0a 002f 01 00 30 01 0e' + // ComplexACK, invoke id 1, readPropertyMultiple
    '0c 02000065' + // device 101
    '1e' +
    '29 79 4e 75 05 00 41636d65 4f' + // vendor-name "Acme"
    '29 70 4e 91 00 4f' + // system-status operational
    '29 75 5e 91 02 91 20 5f' + // units: error property unknown-property
    '1f',
);
const FORWARDED = octets('81 04 000e 0a000001 bac0 01 00 10 08'); // Forwarded-NPDU from 10.0.0.1:47808: who-Is
const ROUTER = octets('81 0b 0009 01 80 01 2199'); // I-Am-Router-To-Network 8601
// Initialize-Routing-Table, 2 entries: network 5 at port 1 with no information; network 6 at port 2 with 3 octets of it.
const ROUTES = octets('81 0b 0013 01 80 06 02 0005 01 00 0006 02 03 aabbcc');
const SEGMENTS = [
  octets('81 0a 0011 01 00 3c 05 00 02 0c 0c 02000001 19'), // segment 0 of a ComplexACK, more follow: device 1 ...
  octets('81 0a 0010 01 00 38 05 01 02 0c 4d 3e 21 07 3f'), // segment 1, last: object-name [3] Unsigned 7
];
const FOREIGN = octets('81 05 0006 0e10'); // Register-Foreign-Device, 3600 s
const RESULT = octets('81 00 0006 0030'); // BVLC-Result: Register-Foreign-Device NAK
const COV = octets(
  '81 0b 002b 01 00 10 02' + // unconfirmedCOVNotification
    '09 01 1c 02000002 2c 00c00004 39 00' + // process 1, device 2, binary-input 4, no time remaining
    '4e 09 55 2e 91 01 2f 09 6f 2e 82 04 00 2f 4f' + // present-value active, status-flags
    '0000000000',
);
const FIXTURES = [
  READ,
  READ_ACK,
  WRITE_ROUTED,
  WRITE_ERROR,
  REINITIALIZE,
  I_AM,
  RPM_ACK,
  FORWARDED,
  ROUTER,
  ROUTES,
  ...SEGMENTS,
  FOREIGN,
  RESULT,
  COV,
];
COV[3] = COV.length; // the length of the whole datagram
RPM_ACK[3] = RPM_ACK.length;

const decode = (b: Uint8Array, state = openBacnet(), toServer = true): BacnetMessage => {
  const d = bacnet.decode(b, 0, b.length, contextOf({ toServer }), state);
  if (d.kind !== 'message') throw new Error(`${d.kind} ${'detail' in d ? d.detail : ''}`);
  return d.message;
};
const CLIENT = 1;
const SERVER = 2;
const tell = (request: Uint8Array | undefined, response: Uint8Array | undefined, single = false) => {
  const { out, sink, endpoint } = recorder();
  endpoint('client');
  endpoint('server');
  const state = openBacnet();
  const at = contextOf(response ? { sender: SERVER, receiver: CLIENT } : { sender: CLIENT, receiver: SERVER });
  bacnet.observe(
    {
      request: request && decode(request, state),
      response: response && decode(response, state, false),
      state: single ? 'single' : request && response ? 'answered' : 'unseen',
      at,
    },
    sink,
    state,
  );
  return out;
};

describe('bacnet', () => {
  it('reads a property request and its answer', () => {
    expect(decode(READ)).toMatchObject({
      type: 'readProperty request',
      bvlc: 'Original-Unicast-NPDU',
      invokeId: 42,
      dnet: -1,
      cut: false,
      accesses: [{ object: 'analog-input 3', property: 'present-value', index: -1, priority: 0, items: [] }],
    });
    expect(decode(READ_ACK).accesses[0]?.items).toEqual([{ type: 'Real', value: 21, context: -1 }]);
    const out = tell(READ, READ_ACK);
    expect(out.items).toMatchObject([
      { target: SERVER, path: 'analog-input 3 present-value', type: 'Real', value: 21, access: 'read' },
    ]);
    expect(out.commands).toMatchObject([
      {
        verb: 'read',
        operation: 'readProperty',
        target: SERVER,
        object: 'analog-input 3 present-value',
        outcome: 'accepted',
      },
    ]);
  });
  it('gives a routed device its own endpoint, and the reason of a refused write', () => {
    const m = decode(WRITE_ROUTED);
    expect(m).toMatchObject({
      dnet: 8601,
      dadr: '63',
      snet: 703,
      sadr: '172.16.7.201:47808',
      hopCount: 254,
      accesses: [{ priority: 8 }],
    });
    const out = tell(WRITE_ROUTED, WRITE_ERROR);
    expect(out.commands).toMatchObject([
      {
        verb: 'write',
        object: 'analog-output 1 present-value',
        value: 'null',
        outcome: 'refused',
        reason: 'property: value-out-of-range (37)',
      },
    ]);
    expect(out.endpoints[out.commands[0]!.target]).toBe('server > bacnet-mac 8601/63');
    expect(out.children.get(out.commands[0]!.target)?.answered).toBe(true);
    expect(out.items).toEqual([]);
    const unanswered = tell(WRITE_ROUTED, undefined);
    expect(unanswered.children.get(unanswered.commands[0]!.target)?.answered).toBe(false);
  });
  it('pairs by invoke id, route and direction', () => {
    const asked = decode(WRITE_ROUTED).pairKey;
    expect(decode(WRITE_ERROR, openBacnet(), false).pairKey).toBe(asked);
    expect(decode(WRITE_ROUTED, openBacnet(), false).pairKey).not.toBe(asked);
    const other = Uint8Array.from(WRITE_ROUTED);
    other[9] = 64; // DADR
    expect(decode(other).pairKey).not.toBe(asked);
    expect(decode(READ).pairKey).toBe(decode(READ_ACK, openBacnet(), false).pairKey);
  });
  it('never shows the password', () => {
    const out = tell(REINITIALIZE, undefined);
    expect(out.commands).toMatchObject([
      { verb: 'program-upload', operation: 'reinitializeDevice', value: 'start-backup', outcome: 'unseen' },
    ]);
    expect(out.sessions).toMatchObject([{ phase: 'authenticate', clearCredential: true }]);
    expect(JSON.stringify([out, decode(REINITIALIZE)])).not.toContain('HIGH');
  });
  it('takes identities from I-Am and from the device object', () => {
    expect(decode(I_AM).detail).toEqual({
      device: 721,
      maxApdu: 1476,
      segmentation: 'segmented-both',
      vendorId: 15,
      vendor: 'Cornell University',
    });
    expect(tell(I_AM, undefined, true).names).toMatchObject([{ name: 'BACnet device 721', endpoint: CLIENT }]);
    const out = tell(undefined, RPM_ACK);
    expect(out.identities).toMatchObject([{ attribute: 'vendor', value: 'Acme', endpoint: SERVER }]);
    expect(decode(RPM_ACK).accesses.map((a) => [a.property, a.items[0]?.value, a.error])).toEqual([
      ['vendor-name', 'Acme', ''],
      ['system-status', 'operational', ''],
      ['units', undefined, 'property: unknown-property (32)'],
    ]);
  });
  it('reads the link and network layers', () => {
    expect(decode(FORWARDED)).toMatchObject({ type: 'who-Is', bvlc: 'Forwarded-NPDU', origin: '10.0.0.1:47808' });
    expect(decode(ROUTER)).toMatchObject({ type: 'I-Am-Router-To-Network', detail: { networks: '8601' } });
    expect(decode(ROUTES).detail).toEqual({
      ports: 2,
      networks: '5,6',
      table: '5 by port 1, 6 by port 2 (aabbcc)',
    });
    // Cut behind the first entry: the second is not read from what is not there.
    expect(decode(octets('81 0b 000e 01 80 06 02 0005 01 00 0006')).detail).toMatchObject({ networks: '5' });
    expect(tell(ROUTER, undefined, true).identities).toMatchObject([{ attribute: 'role', value: 'router' }]);
    expect(tell(FOREIGN, RESULT).commands).toMatchObject([
      { operation: 'Register-Foreign-Device', outcome: 'refused', reason: 'Register-Foreign-Device NAK (48)' },
    ]);
    expect(decode(FOREIGN).pairKey).toBe(decode(RESULT, openBacnet(), false).pairKey);
  });
  it('reads BACnet/IPv6 (Annex U)', () => {
    const header = '82 02 000b 00002a'; // Original-Broadcast-NPDU, 11 octets, from virtual address 42
    expect(decode(octets(`${header} 01 00 10 08`))).toMatchObject({ type: 'who-Is', bvlc: 'Original-Broadcast-NPDU' });
    // From virtual address 42 to 721.
    expect(decode(octets('82 01 0017 00002a 0002d1 01 04 00 05 2a 0c 0c 00000003 19 55'))).toMatchObject({
      type: 'readProperty request',
      bvlc: 'Original-Unicast-NPDU',
      invokeId: 42,
    });
    const address = '20010db8000000000000000000000005 bac0';
    expect(decode(octets(`82 08 001d 00002a ${address} 01 00 10 08`))).toMatchObject({
      type: 'who-Is',
      bvlc: 'Forwarded-NPDU',
      origin: '[2001:db8::5]:47808',
    });
    expect(decode(octets('82 09 0009 00002a 003c')).detail).toEqual({ sourceVmac: '00002a', timeToLiveS: 60 });
    expect(decode(octets('82 03 000a 00002a 0002d1'))).toMatchObject({
      type: 'Address-Resolution',
      detail: { sourceVmac: '00002a', targetVmac: '0002d1' },
    });
    expect(decode(octets('82 00 0009 00002a 0090')).reason).toBe('Register-Foreign-Device NAK (144)');
    const cut = octets('82 08 000b 00002a 01 00 10 08');
    expect(bacnet.decode(cut, 0, cut.length, contextOf(), openBacnet()).kind).toBe('malformed');
  });
  it('reads BACnet on Ethernet, which has no link header', () => {
    const whoIs = octets('01 20 ffff 00 ff 10 08');
    const context = contextOf({ carrier: 'ethernet' });
    expect(bacnet.probe(whoIs, 0, whoIs.length, context)).toBe('sure');
    expect(bacnet.decode(whoIs, 0, whoIs.length, context, openBacnet())).toMatchObject({
      message: { type: 'who-Is', bvlc: '', dnet: 65535 },
    });
  });
  it('joins segments, ignores a repeated one and gives up at a missing one', () => {
    const state = openBacnet();
    const feed = (b: Uint8Array) => bacnet.decode(b, 0, b.length, contextOf(), state);
    const first = {
      kind: 'message',
      message: { type: 'readProperty ack segment', segments: 0, sequenceNumber: 0, moreFollows: true, accesses: [] },
    };
    expect(feed(SEGMENTS[0]!)).toMatchObject(first);
    expect(feed(SEGMENTS[0]!)).toMatchObject(first);
    const whole = feed(SEGMENTS[1]!);
    expect(whole).toMatchObject({
      kind: 'message',
      message: { segments: 2, accesses: [{ object: 'device 1', property: 'object-name', items: [{ value: 7 }] }] },
    });
    const third = Uint8Array.from(SEGMENTS[1]!);
    third[8] = 2; // sequence number
    feed(SEGMENTS[0]!);
    expect(feed(third)).toMatchObject({ kind: 'malformed', code: 'bacnet.segments' });
    expect(state.segmented.size).toBe(0);
  });
  it('takes values from notifications', () => {
    const out = tell(COV, undefined, true);
    expect(out.items.map((x) => [x.path, x.value, x.target])).toEqual([
      ['binary-input 4 present-value', 1, CLIENT],
      ['binary-input 4 status-flags', '0000', CLIENT],
    ]);
  });
  it('writes what it reads', () => {
    const object = objectIdOf(0, 3);
    expect(
      encodeDatagram(
        UNICAST,
        { expectingReply: true },
        encodeConfirmed(42, 12, propertyArguments(object, PROPERTY.PRESENT_VALUE)),
      ),
    ).toEqual(READ);
    expect(
      encodeDatagram(
        UNICAST,
        {},
        encodeComplexAck(42, 12, propertyArguments(object, 85, undefined, [{ type: 'Real', value: 21 }])),
      ),
    ).toEqual(READ_ACK);
    const back = {
      destination: { network: 703, mac: octets('ac1007c9bac0') },
      source: { network: 8601, mac: [63] },
      hopCount: 254,
    };
    expect(encodeDatagram(UNICAST, back, encodeError(7, 15, 2, 37))).toEqual(WRITE_ERROR);
    expect(
      encodeDatagram(
        11,
        { destination: { network: 65535, mac: [] } },
        encodeUnconfirmed(0, iAmArguments(721, 1476, 0, 15)),
      ),
    ).toEqual(I_AM);
    const values = [
      { type: 'Integer', value: -300 },
      { type: 'Integer', value: 200 },
      { type: 'Unsigned', value: 70000 },
      { type: 'CharacterString', value: 'x'.repeat(300) },
      { type: 'BitString', value: '0101000011' },
      { type: 'Boolean', value: true },
      { type: 'Date', value: '2024-02-29' },
      { type: 'Time', value: '07:02:36.93' },
      { type: 'Double', value: 0.1 },
    ] as const;
    const m = decode(
      encodeDatagram(UNICAST, {}, encodeComplexAck(1, 12, propertyArguments(object, 87, undefined, values))),
    );
    expect(m.accesses[0]?.items.map((x) => ({ type: x.type, value: x.value }))).toEqual(values);
    expect(decode(encodeDatagram(UNICAST, {}, encodeSimpleAck(1, 15))).type).toBe('writeProperty ack');
    expect(
      decode(encodeDatagram(UNICAST, {}, encodeConfirmed(1, 20, new TagWriter().unsigned(0, 0).done()))).detail,
    ).toEqual({ state: 'coldstart' });
  });
  it('is sure of itself only where lengths and version agree', () => {
    const probe = (b: Uint8Array) => bacnet.probe(b, 0, b.length, contextOf());
    expect(FIXTURES.filter((b) => b !== FOREIGN && b !== RESULT).map(probe)).toEqual(
      Array(FIXTURES.length - 2).fill('sure'),
    );
    expect(probe(FOREIGN)).toBe('maybe');
    expect(probe(octets('81 0a 0008 02 00 10 08'))).toBe('no');
    expect(probe(octets('16 03 01 00 10 00'))).toBe('no');
  });
  it('reads what a sender takes, times of alarms, and octets of the maker', () => {
    const read = (text: string): BacnetMessage => decode(octets(text));
    // readProperty of a sender that takes 64 segments of 1476 octets
    expect(read('81 0a 0011 01 04 00 65 2a 0c 0c 00000003 19 55')).toMatchObject({ limits: 0x65, windowSize: -1 });
    // SegmentACK of a server: segment 3, window of 16
    expect(read('81 0a 000a 01 00 41 2a 03 10')).toMatchObject({ limits: -1, sequenceNumber: 3, windowSize: 16 });
    expect(
      read(
        '81 0a 0030 01 04 00 05 01 00' + // acknowledgeAlarm
          '09 07 1c 00000003 29 02' + // process 7, analog-input 3, high-limit... state 2
          '3e 19 05 3f' + // time stamp: sequence number 5
          '4c 00 6f7073' + // source "ops"
          '5e 2e a4 7a0b1701 b4 08090a00 2f 5f', // time of acknowledgement: 2022-11-23 08:09:10.00
      ).detail,
    ).toMatchObject({ process: 7, timeStamp: '5', user: 'ops', timeOfAcknowledgement: '2022-11-23 08:09:10.00' });
    // getEventInformation behind analog-input 3 (clause 13.12.1.1)
    expect(read('81 0a 000f 01 04 00 05 01 1d 0c 00000003').accesses).toMatchObject([{ object: 'analog-input 3' }]);
    // getEnrollmentSummary (clause 13.11.1.1): not acknowledged, off normal, out-of-range, class 4
    expect(read('81 0a 0012 01 04 00 05 01 04 09 02 29 00 39 05 59 04').detail).toEqual({
      acknowledged: 'not-acked',
      eventState: 'offnormal',
      eventType: 'out-of-range',
      notificationClass: 4,
    });
    // confirmedPrivateTransfer: vendor 7, service 5, two octets
    expect(read('81 0a 0012 01 04 00 05 34 12 09 07 19 05 2e beef 2f').detail).toMatchObject({
      vendor: 7,
      service: 5,
      parameters: 'beef',
    });
  });
  it('knows the types of context tags where a property or an event says them', () => {
    const read = (text: string): BacnetMessage => decode(octets(text));
    // writeProperty lighting-output 2 lighting-command: fade to 88.5 % in 2500 ms, priority 9
    expect(
      read('81 0a 0022 01 04 00 05 01 0f 0c 0d800002 1a 017c 3e 09 01 1c 42b10000 4a 09c4 59 09 3f').accesses[0]?.items,
    ).toEqual([
      { type: 'Enumerated', value: 1, context: 0 },
      { type: 'Real', value: 88.5, context: 1 },
      { type: 'Unsigned', value: 2500, context: 4 },
      { type: 'Unsigned', value: 9, context: 5 },
    ]);
    // readRange of trend-log 3 log-buffer: one record, Real 66.75, flags 1010, and the number of its sequence
    const range = read(
      '81 0a 0034 01 00 30 01 1a 0c 05000003 19 83 3a 05c0 49 01' +
        '5e 0e a4 7b070e05 b4 0b16212c 0f 1e 2c 42858000 1f 2a 04a0 5f 6a 2329',
    );
    expect(range.accesses[0]?.items.map((x) => x.value)).toEqual(['2023-07-14', '11:22:33.44', 66.75, '1010']);
    expect(range.detail).toMatchObject({ count: 1, firstSequenceNumber: 9001 });
    // confirmedEventNotification, out of range: [12] { [5] { [0] 91.5, [1] 1000, [2] 2, [3] 90 } }
    expect(
      read(
        '81 0a 0044 01 04 00 05 01 02 09 12 1c 02000309 2c 00000378 3e 19 05 3f 49 0f 59 64 69 05' +
          '7d 04 00 686f74 89 00 99 01 a9 00 b9 03 ce 5e 0c 42b70000 1a 0480 2c 40000000 3c 42b40000 5f cf',
      ).detail?.eventValues,
    ).toBe('exceeding-value 91.5, status-flags 1000, deadband 2, exceeded-limit 90');
  });

  it('tells which of several writes failed, and that those before it were done', () => {
    const request = octets(
      '81 0a 0026 01 04 00 05 07 10' + // writePropertyMultiple
        '0c 00400001 1e 09 55 2e 44 40600000 2f 1f' + // analog-output 1 present-value 3.5
        '0c 01000001 1e 09 55 2e 91 01 2f 1f', // binary-output 1 present-value 1
    );
    const refused = octets(
      '81 0a 0018 01 00 50 07 10' +
        '0e 91 02 91 28 0f' + // [0] property: write-access-denied
        '1e 0c 01000001 19 55 1f', // [1] binary-output 1 present-value
    );
    const out = tell(request, refused);
    expect(out.commands).toMatchObject([
      { outcome: 'refused', reason: 'property: write-access-denied (40) at binary-output 1 present-value' },
    ]);
    expect(out.items).toMatchObject([{ path: 'analog-output 1 present-value', value: 3.5, access: 'write' }]);
    // Without the place nothing is known to be done.
    expect(tell(request, octets('81 0a 000d 01 00 50 07 10 91 02 91 28')).items).toEqual([]);
  });

  it('reads every increment of a subscription to several properties, and the MAC address of a You-Are', () => {
    const subscription = decode(
      octets(
        '81 0a 003e 01 04 00 05 0a 1e' + // subscribeCOVPropertyMultiple (13.16)
          '09 12 19 01 29 3c 39 05 4e' + // process 18, confirmed, 60 s, at most 5 s late
          '0c 00000001 1e' + // analog-input 1
          '0e 09 55 0f 1c 3f800000 29 00' + // present-value by 1.0, not timestamped
          '0e 09 67 0f 29 00 1f' + // reliability, not timestamped
          '0c 00800002 1e 0e 09 55 0f 1c 3f000000 29 01 1f 4f', // analog-value 2 present-value by 0.5, timestamped
      ),
    );
    expect(subscription.accesses.map((a) => `${a.object} ${a.property}`)).toEqual([
      'analog-input 1 present-value',
      'analog-input 1 reliability',
      'analog-value 2 present-value',
    ]);
    expect(subscription.detail).toMatchObject({ covIncrement: '1, 0.5', timestamped: 'false, false, true' });
    const named = '10 0e 22 022b 75 05 00 4d313030 73 00 5331'; // vendor 555, model M100, serial S1
    const you = (rest: string, length: string) =>
      decode(octets(`81 0b ${length} 01 20 ffff 00 ff ${named} ${rest}`)).detail;
    expect(you('c4 02000361 61 2a', '0021')).toMatchObject({ device: 865, mac: '2a', serial: 'S1' });
    expect(you('62 2a2b', '001d')).toMatchObject({ mac: '2a2b' }); // the identifier is not set
  });

  it('survives truncation and 20,000 mutations', () => {
    const counts = torture(bacnet, FIXTURES, 4);
    expect(counts.message).toBeGreaterThan(1000);
    expect(counts.malformed).toBeGreaterThan(100);
  });
  it('is bounded for a deep nest and a long list', () => {
    const deep = encodeDatagram(
      UNICAST,
      {},
      encodeComplexAck(1, 12, [...propertyArguments(8, 85), ...Array(1200).fill(0x3e)]),
    );
    expect(decode(deep).cut).toBe(true);
    const long = encodeDatagram(
      UNICAST,
      {},
      encodeComplexAck(1, 12, [...propertyArguments(8, 85), 0x3e, ...Array(60000).fill(0x00), 0x3f]),
    );
    expect(decode(long).accesses[0]?.items.length).toBe(4096);
    expect(decode(long).cut).toBe(true);
  });

  it('names properties, errors and units of the later revisions', () => {
    expect([55, 247, 330, 417, 511, 4_194_307, 4_194_333, 600].map(propertyName)).toEqual([
      'list-of-session-keys',
      'access-event',
      'key-sets',
      'command',
      'issuer-certificate-files',
      'current-health',
      'proprietary-4194333',
      'proprietary-600',
    ]);
    expect([ERROR_CODES[86], ERROR_CODES[134], ERROR_CODES[199]]).toEqual([
      'bad-destination-address',
      'value-too-long',
      'ip-error',
    ]);
    expect([UNITS[190], UNITS[254]]).toEqual(['micro-siemens', 'million-standard-cubic-feet-per-minute']);
  });
});
