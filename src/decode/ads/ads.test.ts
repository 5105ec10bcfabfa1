import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  contextOf,
  costUs,
  down,
  drive,
  hostile,
  join,
  sameInPieces,
  textBytes,
  up,
} from '../../../test/decoding.ts';
import { flowsOf } from '../../../test/flows.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { encodeDiscovery } from './discovery.ts';
import { ads } from './index.ts';
import { COMMAND } from './names.ts';
import { type AdsFrame, encodeAds, words } from './wire.ts';

const onTcp = { carrier: 'tcp', serverPort: 48898 };
const onUdp = { carrier: 'udp', serverPort: 48899 };
const PLC = ['5.13.117.96.1.1', 801] as const;
const HMI = ['192.168.1.99.1.1', 32806] as const;
let invokeId = 0;
const ask = (command: number, body: ArrayLike<number>, target: AdsFrame['target'] = PLC) =>
  up(encodeAds({ command, invokeId: ++invokeId, target, source: HMI, body }));
const answer = (command: number, body: ArrayLike<number>, source: AdsFrame['target'] = PLC, errorCode = 0) =>
  down(encodeAds({ command, response: true, invokeId, target: HMI, source, body, errorCode }));
const z = (text: string) => join(textBytes(text), Uint8Array.of(0));

const byName = [
  ask(COMMAND.READ_WRITE, words([0xf003, 0, 4, 11], z('MAIN.level'))),
  answer(COMMAND.READ_WRITE, words([0, 4, 0x1234])),
  // Symbol info: entry length, group, offset, size, type REAL (4), flags, lengths of name, type, comment.
  ask(COMMAND.READ_WRITE, words([0xf009, 0, 0xff, 11], z('MAIN.level'))),
  answer(
    COMMAND.READ_WRITE,
    words(
      [0, 48],
      join(
        words([48, 0x4040, 0x10, 4, 4, 0]),
        bytesOf('0a00 0400 0000'),
        z('MAIN.level'),
        z('REAL'),
        z(''),
        Uint8Array.of(0),
      ),
    ),
  ),
  ask(COMMAND.READ, words([0xf005, 0x1234, 4])),
  answer(COMMAND.READ, words([0, 4], bytesOf('0000 4841'))), // 12.5
  ask(COMMAND.WRITE, words([0xf005, 0x1234, 4], bytesOf('0000 803f'))), // 1.0
  answer(COMMAND.WRITE, words([0x704])),
];

describe('ads', () => {
  it('reads and writes symbols by the handles it saw given out', () => {
    const seen = drive(ads, byName, onTcp);
    expect(seen.malformed).toEqual([]);
    expect(seen.values).toMatchObject([{ path: 'MAIN.level', type: 'REAL', value: 12.5, access: 'read' }]);
    expect(seen.commands.map((c) => `${c.verb} ${c.object} ${c.outcome} ${c.reason ?? ''}`)).toEqual([
      'read handle of MAIN.level accepted ',
      'read info of MAIN.level accepted ',
      'read MAIN.level accepted ',
      'write MAIN.level refused access not permitted (0x704)',
    ]);
    expect(seen.commands[3]!.value).toBe(1);
  });
  it('keeps numbers where the handle was given out before the capture', () => {
    const seen = drive(
      ads,
      [ask(COMMAND.READ, words([0x4020, 4, 2])), answer(COMMAND.READ, words([0, 2], [7, 0]))],
      onTcp,
    );
    expect(seen.values).toMatchObject([{ path: '%MB4', type: 'WORD', value: 7 }]);
  });
  it('takes a sum command apart', () => {
    const question = ask(COMMAND.READ_WRITE, words([0xf080, 2, 12, 24, 0x4020, 0, 2, 0x4020, 2, 2]));
    const seen = drive(ads, [question, answer(COMMAND.READ_WRITE, words([0, 12, 0, 0x703], [5, 0, 0, 0]))], onTcp);
    expect(seen.commands).toMatchObject([{ verb: 'read', object: '%MB0 and 1 more' }]);
    expect(seen.values).toMatchObject([{ path: '%MB0', value: 5 }]);
    const write = ask(COMMAND.READ_WRITE, words([0xf081, 2, 8, 28, 0x4020, 0, 2, 0x4020, 2, 2], [1, 0, 2, 0]));
    const wrote = drive(ads, [write, answer(COMMAND.READ_WRITE, words([0, 8, 0, 0x704]))], onTcp);
    expect(wrote.commands).toMatchObject([
      { verb: 'write', object: '%MB0', value: 1, outcome: 'accepted' },
      { verb: 'write', object: '%MB2', value: 2, outcome: 'refused' },
    ]);
  });
  it('follows notifications to their symbols', () => {
    const parts = [
      ask(COMMAND.ADD_NOTIFICATION, words([0xf020, 8, 2, 4, 0, 1000000, 0, 0, 0, 0])),
      answer(COMMAND.ADD_NOTIFICATION, words([0, 17])),
      // length, stamps, FILETIME (8), samples, handle, size, data
      down(
        encodeAds({
          command: COMMAND.NOTIFICATION,
          invokeId: 0,
          target: HMI,
          source: PLC,
          body: words([30, 1, 0, 0, 1, 17, 2], [0x2c, 1]),
        }),
      ),
    ];
    const seen = drive(ads, parts, onTcp);
    expect(seen.commands).toMatchObject([{ verb: 'subscribe', object: '%IB8', outcome: 'accepted' }]);
    expect(seen.values).toMatchObject([{ path: '%IB8', type: 'WORD', value: 300 }]);
  });
  it('says modes, restarts and refusals of the router', () => {
    const seen = drive(
      ads,
      [
        ask(COMMAND.WRITE_CONTROL, bytesOf('0600 0000 00000000')), // STOP
        answer(COMMAND.WRITE_CONTROL, words([0])),
        ask(COMMAND.WRITE_CONTROL, bytesOf('0c00 0000 00000000'), ['5.13.117.96.1.1', 10000]), // SHUTDOWN
        answer(COMMAND.WRITE_CONTROL, [], ['5.13.117.96.1.1', 10000], 7),
      ],
      onTcp,
    );
    expect(seen.commands).toMatchObject([
      { verb: 'mode-change', object: 'PLC 801', value: 'STOP', outcome: 'accepted' },
      { verb: 'restart', value: 'SHUTDOWN', outcome: 'refused', reason: 'target machine not found (0x7)' },
    ]);
  });
  it('takes another NetId as a device behind the router', () => {
    const slave = ['5.13.117.96.2.1', 1004] as const;
    const seen = drive(
      ads,
      [
        ask(COMMAND.READ_STATE, []),
        answer(COMMAND.READ_STATE, bytesOf('00000000 0500 0000')),
        ask(COMMAND.READ_STATE, [], slave),
        answer(COMMAND.READ_STATE, bytesOf('00000000 0800 0000'), slave),
      ],
      onTcp,
    );
    expect(seen.names).toMatchObject([{ endpoint: 2, name: '5.13.117.96.1.1' }]);
    expect(seen.commands.map((c) => c.target)).toEqual([2, 99]);
  });
  it('masks the password of a route and tells who added it', () => {
    const request = encodeDiscovery(6, false, '192.168.1.99.1.1', [
      [12, z('EWS')],
      [7, [192, 168, 1, 99, 1, 1]],
      [13, z('Administrator')],
      [2, z('geheim')],
    ]);
    const seen = drive(
      ads,
      [up(request), down(encodeDiscovery(6, true, '5.13.117.96.1.1', [[1, [0, 0, 0, 0]]]))],
      onUdp,
    );
    expect(seen.sessions).toMatchObject([{ user: 'Administrator', clearCredential: true, outcome: 'accepted' }]);
    expect(seen.commands).toMatchObject([{ verb: 'configure', operation: 'Add Route', object: 'route EWS' }]);
    expect(JSON.stringify(seen)).not.toContain('geheim');
  });
  it('gives the same in pieces and stays whole under hostile octets', () => {
    sameInPieces(ads, byName, onTcp);
    hostile(ads, [byName, [ask(COMMAND.READ_WRITE, words([0xf080, 2, 12, 24, 1, 2, 2, 3, 4, 2]))]], onTcp);
    hostile(
      ads,
      [
        [
          up(
            encodeDiscovery(1, true, '1.2.3.4.1.1', [
              [5, z('CX')],
              [4, new Uint8Array(276)],
              [3, [2, 11, 1, 0]],
            ]),
          ),
        ],
      ],
      onUdp,
    );
  });
  it('probes by content and costs little', () => {
    const one = byName[4]!.bytes;
    expect(ads.probe(one, 0, one.length, contextOf(onTcp))).toBe('sure');
    expect(ads.probe(one, 0, 20, contextOf(onTcp))).toBe('more');
    expect(ads.probe(textBytes('GET / HTTP/1.1'), 0, 14, contextOf(onTcp))).toBe('no');
    expect(costUs(ads, one, onTcp)).toBeLessThan(10);
  });
});

describeShared('ads on real captures', () => {
  it('finds the packets that the peers find, and who the controller is', () => {
    const flows = flowsOf(sharedCapture('beckhoff-ads/iti.addrouteuse444444444'));
    const tcp = flows.filter((f) => f.serverPort === 48898).map((f) => drive(ads, f.parts, onTcp));
    // tshark: 110 frames with one AMS packet each.
    expect(tcp.reduce((n, x) => n + x.messages.length, 0)).toBe(110);
    expect(tcp.flatMap((x) => x.malformed)).toEqual([]);
    const said = new Set(tcp.flatMap((x) => x.identities.map((i) => `${i.attribute} ${i.value}`)));
    expect([...said]).toContain('model CX1020-CE');
    expect([...said]).toContain('software PLC Server 2.11.2103');
  });
});
