import { describe, expect, it } from 'vitest';
import { contextOf, octets, recorder, torture } from '../../../test/datagram-harness.ts';
import { powerlink } from './index.ts';
import type { PowerlinkMessage } from './wire.ts';

const IDENT = octets(
  '06 f0 01 01' + // ASnd to node 240 from node 1, IdentResponse
    '0000 1d 00 20 00' + // flags, PRE_OPERATIONAL_1, version 2.0
    '00000000 dc05 2400 2400 10270000 0000' + // features, MTU 1500, poll sizes, response time
    '91010f00 01000000 34120000 02000100 d2040000' + // device type, vendor 1, product 0x1234, revision, serial 1234
    `${'00'.repeat(8)} ${'00'.repeat(16)}` + // extension, configuration and software dates
    '0164a8c0 00ffffff fe64a8c0' + // 192.168.100.1, mask, gateway
    `${Buffer.from('axis-1').toString('hex')}${'00'.repeat(26)}${'00'.repeat(48)}`,
);
const PRES = octets('04 ff 01 fd 01 00 00 00 0400 01020304'); // OPERATIONAL, 4 octets of data
const STOP = octets('06 ff f0 04 22 00 0000'); // NMT Stop Node to all
const sdo = (from: string, to: string, flags: string, rest: string) =>
  octets(`06 ${to} ${from} 05 0202 0000 00 07 ${flags} ${rest}`); // sequence layer, reserved, transaction 7
const ASKED = octets('06 f0 03 03 28 05'); // node 3 asks the managing node to reset node 5
const SOC = octets('01 ff f0 00 80 00 04030201 00ca9a3b 40420f0000000000'); // 0x01020304 s, 10^9 ns, 10^6 us
const SOA = octets('05 ff f0 fd 02 00 01 07 20'); // OPERATIONAL, exception reset, IdentRequest to node 7, version 2.0
const STATUS = octets(
  '06 f0 07 02 18 2b fd 000000 0000000000000000' + // exception new and clear, priority 5, 3 requests, OPERATIONAL
    '0230 4182 00000000 00000000 0000000000000000' + // history, profile 2, code 0x8241
    '00'.repeat(20),
);
const OPENING = octets('06 01 f0 05 0000 0000'); // SDO sequence layer only: connection closed, number 0
const WRITE = sdo('f0', '01', '00', '01 0600 0000 0060 01 00 2a00'); // write by index 0x6000:01 = 42
const WRITTEN = sdo('01', 'f0', '80', '01 0000 0000');
const ABORTED = sdo('01', 'f0', 'c0', '01 0400 0000 02000106');

const decode = (b: Uint8Array): PowerlinkMessage => {
  const d = powerlink.decode(b, 0, b.length, contextOf(), powerlink.open());
  if (d.kind !== 'message') throw new Error(d.kind);
  return d.message;
};

describe('powerlink', () => {
  it('knows nodes, their states and commands', () => {
    const { out, sink } = recorder();
    const state = powerlink.open();
    for (const b of [IDENT, PRES, PRES, STOP])
      powerlink.observe(
        { request: decode(b), response: undefined, state: 'single', at: contextOf({ sender: b === STOP ? 3 : 1 }) },
        sink,
        state,
      );
    expect(out.names.map((x) => x.name)).toEqual(['POWERLINK node 1', '192.168.100.1', 'POWERLINK node 240']);
    expect(out.identities.map((x) => `${x.endpoint} ${x.attribute}=${x.value}`)).toEqual([
      '1 mode=PRE_OPERATIONAL_1',
      '1 vendor=CANopen vendor 0x00000001',
      '1 order-number=product code 0x00001234',
      '1 hardware=revision 0x00010002',
      '1 serial=1234',
      '1 hostname=axis-1',
      '1 netmask=255.255.255.0',
      '1 mode=OPERATIONAL',
      '3 role=plc',
    ]);
    expect(out.commands).toMatchObject([{ verb: 'mode-change', operation: 'NMT Stop Node', object: 'all nodes' }]);
  });
  it('reads the time of the network, invitations, errors of nodes and SDO connections', () => {
    expect(decode(SOC)).toMatchObject({ flags: 0x80, seconds: 0x01020304, nanoseconds: 1e9, relativeUs: 1e6 });
    expect(decode(SOA)).toMatchObject({ state: 0xfd, flags: 2, service: 1, target: 7, version: 0x20 });
    expect(decode(STATUS)).toMatchObject({
      flags: 0x18,
      requests: 0x2b,
      state: 0xfd,
      errors: [{ type: 0x3002, code: 0x8241 }],
    });
    expect(decode(OPENING).sdo).toMatchObject({ sendState: 0, receiveState: 0, command: 0 });
    expect(powerlink.pairing!.role(decode(OPENING), contextOf())).toBe('single');
    expect(decode(IDENT).ident).toMatchObject({ version: 0x20, mtu: 1500, pollInSize: 36, responseTimeNs: 10_000 });
  });
  it('says who was asked to reset whom', () => {
    const { out, sink } = recorder();
    const request = decode(ASKED);
    powerlink.observe({ request, response: undefined, state: 'single', at: contextOf() }, sink, powerlink.open());
    expect(out.commands).toMatchObject([
      { verb: 'restart', operation: 'NMT Request: NMT Reset Node', object: 'node 5', outcome: 'unconfirmed' },
    ]);
  });
  it('pairs access to objects', () => {
    const [q, a, x] = [decode(WRITE), decode(WRITTEN), decode(ABORTED)];
    const key = powerlink.pairing!.key(q, contextOf());
    expect([a, x].map((m) => powerlink.pairing!.key(m, contextOf()))).toEqual([key, key]);
    const { out, sink } = recorder();
    for (const response of [a, x])
      powerlink.observe({ request: q, response, state: 'answered', at: contextOf() }, sink, powerlink.open());
    expect(out.commands.map((c) => [c.verb, c.object, c.value, c.outcome, c.reason])).toEqual([
      ['write', '0x6000:01', 42, 'accepted', undefined],
      ['write', '0x6000:01', 42, 'refused', 'aborted (0x06010002)'],
    ]);
  });
  it('survives truncation and mutations', () => {
    expect(
      torture(powerlink, [IDENT, PRES, STOP, SOC, SOA, STATUS, ASKED, WRITE, WRITTEN, ABORTED], 4, 8000).message,
    ).toBeGreaterThan(500);
  });
});
