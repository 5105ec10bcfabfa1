import { describe, expect, it } from 'vitest';
import {
  bufferMib,
  type LiveRequest,
  liveCommand,
  MAX_BUFFER_MIB,
  MIN_BUFFER_MIB,
  parseCaptureStderr,
} from './live.ts';

const tcpdump: LiveRequest = { tool: 'tcpdump', interface: 'eth1' };
const dumpcap: LiveRequest = { tool: 'dumpcap', interface: 'eth1' };

describe('arguments', () => {
  it('of tcpdump', () => {
    const { file, args } = liveCommand({ ...tcpdump, filter: 'not port 22' });
    expect([file, ...args].join('|')).toBe('tcpdump|-n|-B|65536|-U|-s|0|-i|eth1|-w|-|not port 22');
  });
  it('of dumpcap', () => {
    const { file, args } = liveCommand({ ...dumpcap, filter: 'not port 22' });
    expect([file, ...args].join('|')).toBe('dumpcap|-B|64|-s|0|-i|eth1|-f|not port 22|-q|-w|-');
  });
  it('with a larger kernel buffer where the machine has memory', () => {
    const GIB = 2 ** 30;
    expect([GIB / 2, 2 * GIB, 8 * GIB, 64 * GIB].map(bufferMib)).toEqual([MIN_BUFFER_MIB, 64, 128, MAX_BUFFER_MIB]);
    expect(liveCommand({ ...tcpdump, bufferMib: 256 }).args.slice(0, 3)).toEqual(['-n', '-B', '262144']);
    expect(liveCommand({ ...dumpcap, bufferMib: 256 }).args.slice(0, 2)).toEqual(['-B', '256']);
  });
  it('without a filter', () => {
    expect(liveCommand({ ...tcpdump, filter: ' ' }).args.at(-1)).toBe('-');
  });
  it('never take an interface or filter as an option', () => {
    expect(() => liveCommand({ ...tcpdump, interface: '-z/bin/sh' })).toThrow('There is no interface -z/bin/sh');
    expect(() => liveCommand({ ...tcpdump, filter: ' -z /bin/sh' })).toThrow('filter is not valid');
  });
});

describe('standard error', () => {
  // Lines as tcpdump 4.99.3 and dumpcap 4.0.17 wrote them.
  for (const [line, request, expected] of [
    ['tcpdump: listening on eth1, link-type EN10MB (Ethernet), snapshot length 262144 bytes', tcpdump, 'ready'],
    ['File: -', dumpcap, 'ready'],
    ["Capturing on 'Loopback: lo'", dumpcap, 'other'],
    ['12 packets captured', tcpdump, 'other'],
    ['tcpdump: nosuch: No such device exists', tcpdump, 'capture.unknown-interface'],
    ['dumpcap: There is no device named "nosuch".', dumpcap, 'capture.unknown-interface'],
    ["tcpdump: lo: You don't have permission to perform this capture on that device", tcpdump, 'capture.no-rights'],
    ['dumpcap: You do not have permission to capture on device "lo".', dumpcap, 'capture.no-rights'],
    ['(socket: Operation not permitted)', tcpdump, 'capture.no-rights'],
    ["tcpdump: can't parse filter expression: syntax error", tcpdump, 'capture.bad-filter'],
    ['dumpcap: Invalid capture filter "foo bar baz" for interface \'lo\'.', dumpcap, 'capture.bad-filter'],
    ['tcpdump: pcap_loop: The interface disappeared', tcpdump, 'capture.interface-gone'],
    ['tcpdump: pcap_loop: The interface went down', tcpdump, 'capture.interface-down'],
    ['tcpdump: eth1: That device is not up', tcpdump, 'capture.interface-down'],
  ] as const)
    it(line, () => {
      const event = parseCaptureStderr(line, request);
      expect(event.kind === 'error' ? event.error.code : event.kind).toBe(expected);
    });

  it('counters of both', () => {
    const read = (line: string, request = tcpdump) => parseCaptureStderr(line, request);
    expect(read('1000 packets received by filter')).toEqual({ kind: 'counters', received: 1000 });
    expect(read('1 packet dropped by kernel')).toEqual({ kind: 'counters', droppedByKernel: 1 });
    expect(read('3 packets dropped by interface')).toEqual({ kind: 'counters', droppedByInterface: 3 });
    expect(read('tcpdump: 5 packets captured, 7 packets received by filter, 2 packets dropped by kernel')).toEqual({
      kind: 'counters',
      received: 7,
      droppedByKernel: 2,
    });
    expect(
      read(
        "Packets received/dropped on interface 'Loopback: lo': 90/10 (pcap:4/dumpcap:3/flushed:2/ps_ifdrop:1) (90.0%)",
        dumpcap,
      ),
    ).toEqual({ kind: 'counters', received: 90, droppedByKernel: 9, droppedByInterface: 1 });
  });
});
