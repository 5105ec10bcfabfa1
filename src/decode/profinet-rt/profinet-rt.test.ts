import { describe, expect, it } from 'vitest';
import { contextOf, octets, readFrames, recorder, run, torture } from '../../../test/datagram-harness.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { profinetRt } from './index.ts';
import { encodeAlarm, encodeRt, type RtMessage } from './wire.ts';

const CYCLIC = octets(
  '8001' + // FrameID: RT class 1
    '80'.repeat(40) + // process data and status octets
    '1a40' + // cycle counter
    '35' + // data status: primary, valid, run, no problem
    '00', // transfer status
);
const ALARM = octets(
  'fe01 0000 0000 11 11 ffff fffe 001c' + // low priority alarm: endpoints, DATA-RTA, flags, sequence numbers, length 28
    '0002 0018 0100' + // alarm notification low, 24 octets, version 1.0
    '0001 00000000 0002 0001' + // diagnosis, API 0, slot 2, subslot 1
    '000000000000000000000000', // module and submodule ids, specifier
);
const decode = (b: Uint8Array): RtMessage => {
  const d = profinetRt.decode(b, 0, b.length, contextOf(), profinetRt.open());
  if (d.kind !== 'message') throw new Error(d.kind);
  return d.message;
};

describe('profinet-rt', () => {
  it('reads the status of cyclic data and says a change of mode once', () => {
    expect(decode(CYCLIC)).toMatchObject({
      type: 'RT cyclic data',
      frameId: 0x8001,
      length: 40,
      cycleCounter: 0x1a40,
      isRunning: true,
      isValid: true,
      hasProblem: false,
    });
    const { out, sink } = recorder();
    const state = profinetRt.open();
    const say = (b: Uint8Array) =>
      profinetRt.observe({ request: decode(b), response: undefined, state: 'single', at: contextOf() }, sink, state);
    const stopped = Uint8Array.from(CYCLIC);
    stopped[44] = 0x25; // run bit cleared
    for (const b of [CYCLIC, CYCLIC, CYCLIC, stopped, stopped]) say(b);
    expect(out.identities.map((x) => `${x.attribute}=${x.value}`)).toEqual(['mode=RUN', 'mode=STOP']);
    expect(out.weirds).toEqual([]);
  });
  it('reads alarms with their slot', () => {
    expect(decode(ALARM)).toMatchObject({ type: 'RT alarm', alarm: 'diagnosis appears', slot: 2, subslot: 1 });
    const { out, sink } = recorder();
    profinetRt.observe(
      { request: decode(ALARM), response: undefined, state: 'single', at: contextOf() },
      sink,
      profinetRt.open(),
    );
    expect(out.items).toMatchObject([{ path: 'alarm slot 2 subslot 1', value: 'diagnosis appears', target: 1 }]);
  });
  it('reads the channel of a diagnosis, the end of a connection, and leaves acknowledgements', () => {
    const diagnosis = octets(
      'fc01 0001 0002 11 11 ffff fffe 002a' + // high priority
        '0001 0026 0100' + // alarm notification high, 38 octets
        '0001 00000000 0003 0001' + // diagnosis, slot 3, subslot 1
        '00000033 00000001 a801' + // module and submodule ident, specifier
        '8002 0004 0800 0001 8000 00000000', // extended channel diagnosis: channel 4, short circuit
    );
    const acknowledged = octets(
      'fc01 0002 0001 11 11 0000 ffff 001a 8001 0016 0100 0001 00000000 0003 0001 a801 00000000',
    );
    const aborted = octets('fe01 0002 0001 14 00 0000 ffff 0004 cf 81 fd 1b'); // RTA error: link down
    const { out, sink } = recorder();
    const state = profinetRt.open();
    for (const b of [diagnosis, acknowledged, aborted])
      profinetRt.observe({ request: decode(b), response: undefined, state: 'single', at: contextOf() }, sink, state);
    expect(out.items).toMatchObject([
      { path: 'alarm slot 3 subslot 1', value: 'diagnosis appears, channel 4 error type 0x1' },
    ]);
    expect(out.sessions).toMatchObject([
      { phase: 'close', detail: 'PROFINET AR aborted: link down (0xcf 0x81 0xfd 0x1b)' },
    ]);
    expect(decode(diagnosis).rta).toMatchObject({ isHigh: true, extErrorType: 0x8000, moduleIdent: 0x33 });
  });
  it('knows the sync master of a subdomain, and its change', () => {
    const announce = (mac: string) =>
      octets(
        'ff00' + // announce of the clock
          `${'00'.repeat(12)} 0005 000000000000` + // sequence number 5
          `0216 ${mac} b2188632b04f6491cee851c1de456ce4` + // subdomain: master, UUID
          '0000', // end
      );
    const { out, sink } = recorder();
    const state = profinetRt.open();
    for (const b of [announce('08000601abcd'), announce('08000601abcd'), announce('08000601abce')])
      profinetRt.observe({ request: decode(b), response: undefined, state: 'single', at: contextOf() }, sink, state);
    expect(out.items.map((x) => x.value)).toEqual(['08:00:06:01:ab:cd', '08:00:06:01:ab:ce']);
    expect(out.weirds.map((x) => x.code)).toEqual(['profinet-rt.sync-master']);
  });
  it('writes what it reads, and leaves DCP alone', () => {
    expect(encodeRt({ frameId: 0x8001, data: Array(40).fill(0x80), cycleCounter: 0x1a40, dataStatus: 0x35 })).toEqual(
      CYCLIC,
    );
    expect(encodeAlarm({ high: false, alarmType: 1, slot: 2, subslot: 1 })).toEqual(ALARM);
    const dcp = octets('fefe 0500 00000001');
    expect(profinetRt.probe(dcp, 0, dcp.length, contextOf())).toBe('no');
    expect(profinetRt.decode(dcp, 0, dcp.length, contextOf(), profinetRt.open()).kind).toBe('foreign');
  });
  it('survives truncation and 20,000 mutations', () => {
    const counts = torture(profinetRt, [CYCLIC, ALARM], 7);
    expect(counts.message).toBeGreaterThan(1000);
  });
});

describeShared('profinet-rt on captures', () => {
  it('recognises fragments without inventing data', () => {
    const out = run(profinetRt, readFrames(sharedCapture('profinet/icsnpp.profinet_io_cm')));
    expect(out.messages.map((x) => x.message.type)).toEqual(Array(10).fill('RT fragment'));
    expect(out.identities).toEqual([]);
  });
});
