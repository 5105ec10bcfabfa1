import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, up } from '../../../test/decoding.ts';
import { ptp } from './index.ts';
import { encodePtp, TYPE } from './wire.ts';

const OVER = { carrier: 'ethernet', protocolNumber: 0x88f7, group: true };
/** Announce of version 2.1 from a grandmaster, octet by octet. */
const ANNOUNCE = bytesOf(`
  0b 12                              # majorSdoId 0, Announce; version 2.1
  0040 00 00                         # 64 octets, domain 0, minorSdoId 0
  0008                               # flags: PTP timescale
  0000000000000000 00000000          # correction, type specific
  38f3abfffe96ec12 0001              # source port identity
  015a 05 01                         # sequence 346, control, log message interval 1
  000000000000 00000000              # originTimestamp
  0025 00 80 f8 fe ffff 80           # UTC offset 37, priority 128, class 248, accuracy 254, variance, priority 128
  38f3abfffe96ec12 0000 a0           # grandmaster, steps removed, time source: internal oscillator
`);
const CORRECTION = bytesOf(`
  09 02 0036 2c 00 0400              # Delay_Resp, 54 octets, domain 44, unicast
  000000008cc3 8000 00000000         # correction 36035.5 ns
  e8c57affff01313f 0003 04b3 03 7f   # port 3 of a clock, sequence 1203
  00006346 fd67 2878ec8d             # receiveTimestamp
  a0369ffffe856e8a 0001              # requesting port
`);
const body = (n: number) => new Array<number>(n).fill(0);
const CLOCK = '0011223344556677';
const text = (s: string) => [s.length, ...Buffer.from(s)];
const port = (identity: string, number: number) => [...Buffer.from(identity, 'hex'), number >> 8, number & 255];
/** A management message: hops 1, 1, action, TLV. */
const management = (clock: string, target: string, action: number, tlv: number[], sequenceId = 9): Uint8Array =>
  encodePtp({
    messageType: TYPE.MANAGEMENT,
    domainNumber: 0,
    clockIdentity: clock,
    portNumber: 1,
    sequenceId,
    body: [...port(target, 1), 1, 1, action, 0, ...tlv],
  });
const tlv = (type: number, content: number[]) => [0, type, content.length >> 8, content.length & 255, ...content];

describe('ptp', () => {
  it('reads an announce and says who gives the time', () => {
    const { messages, identities, names, weirds } = drive(ptp, [up(ANNOUNCE), up(ANNOUNCE)], OVER);
    expect(messages[0]).toMatchObject({
      type: 'Announce',
      versionPTP: 2,
      minorVersionPTP: 1,
      domainNumber: 0,
      flagField: 8,
      clockIdentity: '38f3abfffe96ec12',
      portNumber: 1,
      sequenceId: 346,
      logMessageInterval: 1,
      announce: {
        currentUtcOffset: 37,
        grandmasterPriority1: 128,
        grandmasterClockClass: 248,
        grandmasterClockAccuracy: 254,
        grandmasterVariance: 65535,
        grandmasterIdentity: '38f3abfffe96ec12',
        stepsRemoved: 0,
        timeSource: 160,
      },
    });
    expect(identities.map((i) => i.value)).toEqual(['PTP grandmaster']);
    expect(names.map((n) => n.name)).toEqual(['clock 38f3abfffe96ec12']);
    expect(weirds).toEqual([]);
  });

  it('reads corrections, timestamps and the other port', () => {
    const { messages } = drive(ptp, [up(CORRECTION)], { carrier: 'udp', serverPort: 320 });
    expect(messages[0]).toMatchObject({
      type: 'Delay_Resp',
      correctionNs: 36035,
      correctionSubNs: 0x8000,
      seconds: 0x6346fd67,
      nanoseconds: 0x2878ec8d,
      otherIdentity: 'a0369ffffe856e8a',
      otherPort: 1,
    });
  });

  it('tells a new grandmaster', () => {
    const other = ANNOUNCE.slice();
    other[60] = 0x99; // last octet of grandmasterIdentity
    const { weirds, identities } = drive(ptp, [up(ANNOUNCE), up(other), up(other)], OVER);
    expect(weirds).toEqual([
      {
        code: 'ptp.grandmaster-changed',
        detail: 'domain 0/0: 38f3abfffe96ec99 announced by 38f3abfffe96ec12 instead of 38f3abfffe96ec12',
      },
    ]);
    expect(identities).toHaveLength(1); // a grandmaster is not made less by its own word
  });

  it('reads management: settings, refusals, the description of a clock', () => {
    const done = drive(
      ptp,
      [
        up(management(CLOCK, 'ffffffffffffffff', 1, tlv(1, [0x20, 0x05, 1, 0]))), // SET PRIORITY1 1
        down(management('aabbccfffe000001', CLOCK, 2, tlv(2, [0, 6, 0x20, 0x05, 0, 0, 0, 0]))), // not supported
        up(management(CLOCK, 'ffffffffffffffff', 0, tlv(1, [0, 1]), 10)), // GET CLOCK_DESCRIPTION
        down(
          management(
            'aabbccfffe000001',
            CLOCK,
            2,
            tlv(1, [
              ...[0, 1, 0x80, 0], // CLOCK_DESCRIPTION, ordinary clock
              ...text('IEEE 802.3'),
              ...[0, 6, 1, 2, 3, 4, 5, 6], // physical address
              ...[0, 1, 0, 4, 10, 0, 0, 1], // IPv4
              ...[0, 0x80, 0x63, 0], // manufacturer
              ...text('Meinberg;M1000;S42'),
              ...text('1;7.08;x'),
              ...text('Clock A;Room 1'),
              ...body(6),
            ]),
            10,
          ),
        ),
        up(management(CLOCK, 'aabbccfffe000001', 3, tlv(1, [0, 5, 0, 0]), 11)), // COMMAND INITIALIZE
      ],
      OVER,
    );
    expect(done.commands.map((c) => [c.verb, c.operation, c.outcome, c.reason])).toEqual([
      ['configure', 'PRIORITY1', 'refused', 'NOT_SUPPORTED (6)'],
      ['read', 'CLOCK_DESCRIPTION', 'accepted', undefined],
      ['configure', 'PRIORITY1', 'unanswered', undefined],
      ['read', 'CLOCK_DESCRIPTION', 'unanswered', undefined],
      ['restart', 'INITIALIZE', 'unanswered', undefined],
    ]);
    expect(Object.fromEntries(done.identities.map((i) => [i.attribute, i.value]))).toMatchObject({
      vendor: 'Meinberg',
      model: 'M1000',
      serial: 'S42',
      firmware: '7.08',
      'station-name': 'Clock A',
      location: 'Room 1',
    });
  });

  it('reads signaling and every other type', () => {
    const signal = encodePtp({
      messageType: TYPE.SIGNALING,
      domainNumber: 0,
      clockIdentity: CLOCK,
      portNumber: 1,
      sequenceId: 1,
      body: [...port('ffffffffffffffff', 1), ...tlv(4, [0xb0, 1, 0, 0, 0, 60])], // Announce every 2 s for 60 s
    });
    const { commands } = drive(ptp, [up(signal)], OVER);
    expect(commands[0]).toMatchObject({ verb: 'subscribe', operation: 'REQUEST_UNICAST_TRANSMISSION' });
    for (const [messageType, octets, type] of [
      [0, 10, 'Sync'],
      [1, 10, 'Delay_Req'],
      [2, 20, 'Pdelay_Req'],
      [3, 20, 'Pdelay_Resp'],
      [8, 10, 'Follow_Up'],
      [10, 20, 'Pdelay_Resp_Follow_Up'],
    ] as const) {
      const bytes = encodePtp({
        messageType,
        domainNumber: 1,
        clockIdentity: CLOCK,
        portNumber: 1,
        sequenceId: 1,
        body: body(octets),
      });
      expect(drive(ptp, [up(bytes)], OVER).messages[0]!.type).toBe(type);
      expect(ptp.probe(bytes, 0, bytes.length, contextOf(OVER))).toBe('sure');
    }
  });

  it('recognises version 1', () => {
    const sync = new Uint8Array(124);
    sync.set([0, 1, 0, 1, ...Buffer.from('_DFLT')], 0); // versions, subdomain
    sync.set([1, 1, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0, 1, 0, 7, 0, 0], 20); // event, IEEE 802.3, UUID, port, sequence, Sync
    sync.set([0x00, 0x11, 0x22, 0x33, 0x44, 0x55], 54); // grandmaster
    const { messages, identities } = drive(ptp, [up(sync)], { carrier: 'udp', serverPort: 319 });
    expect(messages[0]).toMatchObject({
      type: 'Sync',
      versionPTP: 1,
      subdomain: '_DFLT',
      clockIdentity: '001122334455',
      sequenceId: 7,
    });
    expect(identities[0]!.value).toBe('PTP grandmaster');
  });

  it('refuses what contradicts itself', () => {
    const short = ANNOUNCE.slice();
    short[3] = 50;
    expect(drive(ptp, [up(short)], OVER).malformed[0]!.code).toBe('ptp.message-length');
    expect(drive(ptp, [up(ANNOUNCE.slice(0, 20))], OVER).malformed[0]!.code).toBe('ptp.header');
    expect(ptp.probe(short.slice(0, 30), 0, 30, contextOf(OVER))).toBe('no');
  });

  it('survives cuts and mutations', () => {
    hostile(
      ptp,
      [[up(ANNOUNCE)], [up(CORRECTION)], [up(management(CLOCK, CLOCK, 2, tlv(1, [0, 1, 0, 1, 1, 65])))]],
      OVER,
    );
  }, 60_000);
});
