import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, textBytes, up } from '../../../test/decoding.ts';
import { hses } from './index.ts';
import { encodeHses } from './wire.ts';

const on10040 = { carrier: 'udp', serverPort: 10040 };
// HW1483602 section 3.2: "YERC", header 32, data 4, reserve 3, robot, request, id 5, block 0, eight nines; command 0x83, instance 2
// (servo), attribute 1, set single; 1 is on.
const servoOn = bytesOf('59455243 2000 0400 03 01 00 05 00000000 3939393939393939 8300 0200 01 10 0000 01000000');
// Answer: service + 0x80, status 0, no added status.
const done = bytesOf('59455243 2000 0000 03 01 01 05 00000080 3939393939393939 90 00 00 00 0000 0000');
const name32 = (text: string) => [...textBytes(text), ...new Uint8Array(32 - text.length)];
const four = (n: number) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24];

const talk = [
  up(servoOn),
  down(done),
  up(
    encodeHses({
      requestId: 6,
      command: 0x87,
      instance: 1,
      attribute: 0,
      service: 2,
      data: [...name32('WELD-3'), ...four(0)],
    }),
  ),
  down(encodeHses({ requestId: 6, service: 0x82, status: 0 })),
  up(encodeHses({ requestId: 7, command: 0x86, instance: 1, attribute: 1, service: 0x10, data: four(1) })),
  down(encodeHses({ requestId: 7, service: 0x90, status: 0x1f, addedStatus: 0x2060 })),
  up(encodeHses({ requestId: 8, command: 0x7b, instance: 12, attribute: 1, service: 0x10, data: [0xfe, 0xff] })),
  down(encodeHses({ requestId: 8, service: 0x90, status: 0 })),
  up(encodeHses({ requestId: 9, command: 0x7d, instance: 3, attribute: 1, service: 0x0e })),
  down(encodeHses({ requestId: 9, service: 0x8e, status: 0, data: [0, 0, 0x20, 0x41] })),
  up(encodeHses({ requestId: 10, command: 0x89, instance: 11, attribute: 0, service: 1 })),
  down(
    encodeHses({
      requestId: 10,
      service: 0x81,
      status: 0,
      data: [...textBytes('DN4.12.00A(JP/US)-00    '), ...textBytes('MH00050-A0*     '), ...textBytes('12.34 A0')],
    }),
  ),
  up(encodeHses({ requestId: 11, command: 0x72, instance: 1, attribute: 0, service: 1 })),
  down(encodeHses({ requestId: 11, service: 0x81, status: 0, data: [...four(0xc4 + 8), ...four(0x40)] })),
];

describe('hses', () => {
  it('switches drives, chooses and starts jobs, reads and writes variables', () => {
    const run = drive(hses, talk, on10040);
    expect(run.malformed).toEqual([]);
    expect(run.commands.map((c) => [c.verb, c.operation, c.object, c.value, c.outcome, c.reason])).toEqual([
      ['control', 'Hold and Servo', 'servo', 'on', 'accepted', undefined],
      ['control', 'Select Job', 'job', 'WELD-3', 'accepted', undefined],
      ['control', 'Start Job', undefined, undefined, 'refused', 'servo off (status 0x1f, 0x2060)'],
      ['write', 'Integer Variable', 'I12', -2, 'accepted', undefined],
      ['read', 'Real Variable', 'R3', undefined, 'accepted', undefined],
      ['discover', 'Read System Information', undefined, undefined, 'accepted', undefined],
      ['read', 'Read Status', undefined, undefined, 'accepted', undefined],
    ]);
    expect(run.values.map((v) => [v.path, v.value, v.access])).toEqual([
      ['I12', -2, 'write'],
      ['R3', 10, 'read'],
    ]);
    expect(run.identities.map((i) => `${i.attribute}=${i.value}`)).toEqual([
      'vendor=Yaskawa',
      'firmware=DN4.12.00A(JP/US)-00',
      'model=MH00050-A0*',
      'mode=automatic, running, play, remote, servo on',
    ]);
    expect(hses.heading?.(run.messages[0]!)).toBe('Hold and Servo');
  });
  it('writes what it reads', () => {
    expect(
      encodeHses({ requestId: 5, command: 0x83, instance: 2, attribute: 1, service: 0x10, data: four(1) }),
    ).toEqual(servoOn);
    expect(encodeHses({ requestId: 5, service: 0x90, status: 0 })).toEqual(done);
  });
  it('follows a job on its way to the robot and back', () => {
    const save = encodeHses({ division: 2, requestId: 1, service: 0x16, data: textBytes('WELD-3.JBI') });
    const part = (block: number, data: string) => {
      const b = encodeHses({ division: 2, requestId: 1, service: 0x96, status: 0, data: textBytes(data) });
      b.set(four(block), 12);
      return b;
    };
    const load = encodeHses({ division: 2, requestId: 2, service: 0x15, data: textBytes('EVIL.JBI') });
    const run = drive(
      hses,
      [up(save), down(part(1, '/JOB')), up(part(1, '')), down(part(0x8000_0002, 'END')), up(load)],
      { ...on10040, serverPort: 10041 },
    );
    expect(run.messages.map((m) => m.type.slice(5))).toEqual([
      'request',
      'response',
      'acknowledgement',
      'response',
      'request',
    ]);
    expect(run.commands.map((c) => `${c.verb} ${c.operation} ${c.object} ${c.outcome}`)).toEqual([
      'program-upload Save File WELD-3.JBI accepted',
      'program-download Load File EVIL.JBI unanswered',
    ]);
  });
  it('knows itself, and says a length that is wrong', () => {
    const probe = (b: Uint8Array) => hses.probe(b, 0, b.length, contextOf({ carrier: 'udp', serverPort: 9999 }));
    expect([probe(servoOn), probe(done), probe(servoOn.slice(0, 20)), probe(textBytes('YERC'.padEnd(40)))]).toEqual([
      'sure',
      'sure',
      'no',
      'no',
    ]);
    expect(drive(hses, [up(servoOn.slice(0, 34))], on10040).malformed).toMatchObject([{ code: 'hses.length' }]);
  });
  it('stands hostile octets', () => hostile(hses, [talk], on10040));
});
