import { describe, expect, it } from 'vitest';
import { contextOf, octets, readFrames, recorder, run, torture } from '../../../test/datagram-harness.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { profinetDcp } from './index.ts';
import { type DcpMessage, encodeDcp } from './wire.ts';

const IDENTIFY = octets(
  'fefe 05 00 0300bf9a 0080 000c' + // Identify request, xid, response delay 128 * 10 ms, 12 octets of data
    '02 02 0007 7377697463683300' + // name of station "switch3", one octet of padding
    '0000000000000000', // Ethernet padding
);
const ANSWER = octets(
  'feff 05 01 0300bf9a 0000 0046' + // Identify response, success, 70 octets
    '02 05 0006 0000 0102 0202' + // device options: IP parameter, name of station
    '02 01 0008 0000 53372d333030' + // type of station "S7-300"
    '02 02 0007 0000 706c633031 00' + // name of station "plc01", padding
    '02 03 0006 0000 002a 0101' + // device ID: vendor Siemens, device 0x0101
    '02 04 0004 0000 02 00' + // device role: IO controller
    '01 02 000e 0001 c0a80001 ffffff00 c0a800fe', // IP parameter, set: 192.168.0.1/24, gateway .254
);
const SET_IP = octets(
  'fefd 04 00 00000007 0000 0018' + // Set request, 24 octets
    '01 02 000e 0001 c0a80005 ffffff00 00000000' + // IP parameter, permanent: 192.168.0.5/24, no gateway
    '05 02 0002 0000', // end transaction
);
const SET_REFUSED = octets(
  'fefd 04 01 00000007 0000 0010' + // Set response, success of the service
    '05 04 0003 01 02 06 00' + // response to IP parameter: error 6, padding
    '05 04 0003 05 02 00 00', // response to end transaction: ok
);
const RESET = octets('fefd 04 00 00000008 0000 0006 05 06 0002 0008'); // reset to factory: all stored data
const FLASH = octets('fefd 04 00 00000009 0000 0008 05 03 0004 0000 0100'); // signal: flash once
const GET = octets('fefd 03 00 0000000a 0000 0004 02 02 01 02'); // Get name of station and IP parameter
const HELLO = octets('fefc 06 00 00000001 0000 000c 02 02 0007 0000 706c633031 00'); // Hello of "plc01"

const decode = (b: Uint8Array): DcpMessage => {
  const d = profinetDcp.decode(b, 0, b.length, contextOf(), undefined);
  if (d.kind !== 'message') throw new Error(d.kind);
  return d.message;
};
const PLC = 2;
const TOOL = 1;
const tell = (request: Uint8Array | undefined, response: Uint8Array | undefined) => {
  const { out, sink } = recorder();
  const at = contextOf(response ? { sender: PLC, receiver: TOOL } : { sender: TOOL, receiver: PLC });
  profinetDcp.observe(
    {
      request: request && decode(request),
      response: response && decode(response),
      state: request && response ? 'answered' : 'unseen',
      at,
    },
    sink,
    undefined,
  );
  return out;
};

describe('profinet-dcp', () => {
  it('reads who is asked for', () => {
    expect(decode(IDENTIFY)).toMatchObject({
      type: 'DCP Identify request',
      xid: 0x0300bf9a,
      responseDelay: 128,
      cut: false,
      blocks: [{ name: 'name of station', text: 'switch3', qualifier: -1 }],
    });
    expect(tell(IDENTIFY, undefined).commands[0]).toMatchObject({
      verb: 'discover',
      object: 'name of station switch3',
      outcome: 'unconfirmed',
    });
  });
  it('takes identity, name and address from an answer', () => {
    const out = tell(undefined, ANSWER);
    expect(out.identities.map((x) => `${x.attribute}=${x.value}`)).toEqual([
      'device-type=S7-300',
      'station-name=plc01',
      'vendor=Siemens',
      'role=plc',
      'netmask=255.255.255.0',
      'gateway=192.168.0.254',
    ]);
    expect(out.names.map((x) => `${x.kind} ${x.name} ${x.endpoint}`)).toEqual([
      `profinet plc01 ${PLC}`,
      `ip 192.168.0.1 ${PLC}`,
    ]);
    expect(decode(ANSWER).blocks[0]?.options).toEqual([0x0102, 0x0202]);
  });
  it('tells a refused Set with its reason, and an accepted one with the new address', () => {
    expect(tell(SET_IP, SET_REFUSED).commands).toMatchObject([
      {
        verb: 'configure',
        object: 'IP parameter',
        value: '192.168.0.5 255.255.255.0 0.0.0.0',
        outcome: 'refused',
        reason: 'set not possible while in operation (6)',
        target: PLC,
      },
    ]);
    const ok = Uint8Array.from(SET_REFUSED);
    ok[18] = 0; // BlockError
    expect(tell(SET_IP, ok).commands[0]?.outcome).toBe('accepted');
    expect(tell(SET_IP, ok).names).toMatchObject([{ kind: 'ip', name: '192.168.0.5', endpoint: PLC }]);
    expect(tell(SET_IP, undefined).names).toEqual([]);
  });
  it('says what its numbers stand for', () => {
    const codes = profinetDcp.codes ?? {};
    const { frameId, service, serviceType, blocks } = decode(SET_REFUSED);
    const named = (path: string, code: number | undefined) => codes[path]?.(code ?? Number.NaN, Number);
    expect([named('.frameId', frameId), named('.service', service), named('.serviceType', serviceType)]).toEqual([
      'Get or Set',
      'Set',
      'success',
    ]);
    expect([named('blocks[].answers', blocks[0]?.answers), named('blocks[].error', blocks[0]?.error)]).toEqual([
      'IP parameter',
      'set not possible while in operation (6)',
    ]);
    expect(named('.service', 9)).toBeUndefined();
  });
  it('tells resets, flashing, reading and hello apart', () => {
    expect(tell(RESET, undefined).commands).toMatchObject([
      { verb: 'delete', object: 'reset to factory', value: 'all stored data', outcome: 'unseen' },
    ]);
    expect(tell(FLASH, undefined).commands).toMatchObject([{ verb: 'control', object: 'signal', value: 0x100 }]);
    expect(tell(GET, undefined).commands).toMatchObject([{ verb: 'read', object: 'name of station, IP parameter' }]);
    expect(profinetDcp.pairing?.role(decode(HELLO), contextOf())).toBe('single');
  });
  it('pairs by xid and requester', () => {
    const key = profinetDcp.pairing!.key;
    const asked = key(decode(SET_IP), contextOf({ sender: TOOL, receiver: PLC }));
    expect(key(decode(SET_REFUSED), contextOf({ sender: PLC, receiver: TOOL }))).toBe(asked);
    expect(key(decode(SET_IP), contextOf({ sender: 3, receiver: PLC }))).not.toBe(asked);
    expect(key(decode(RESET), contextOf({ sender: TOOL, receiver: PLC }))).not.toBe(asked);
  });
  it('tells reserved octets that are not zero, and what fills a short frame up', () => {
    expect(decode(IDENTIFY)).not.toHaveProperty('filling');
    expect(tell(undefined, ANSWER).weirds).toEqual([]);
    const padded = Uint8Array.from(ANSWER);
    padded[ANSWER.length - 19] = 7; // the octet behind the role
    expect(decode(padded).blocks[4]).toMatchObject({ name: 'device role', number: 2, reserved: 7 });
    expect(tell(undefined, padded).weirds).toMatchObject([{ code: 'profinet-dcp.reserved' }]);
    const leaking = Uint8Array.from(IDENTIFY);
    leaking.set([0x69, 0x65], leaking.length - 8); // octets of the sender's memory in the Ethernet padding
    expect(decode(leaking).filling).toBe('6965000000000000');
    expect(tell(leaking, undefined).weirds).toEqual([]); // its content is free (IEEE 802.3 section 4.2.8)
  });
  it('leaves other FrameIDs to PROFINET RT', () => {
    const rt = octets('8001 00000000');
    expect(profinetDcp.probe(rt, 0, rt.length, contextOf())).toBe('no');
    expect(profinetDcp.decode(rt, 0, rt.length, contextOf(), undefined).kind).toBe('foreign');
  });
  it('writes what it reads', () => {
    for (const b of [IDENTIFY, ANSWER, SET_IP, SET_REFUSED, RESET, FLASH, GET, HELLO]) {
      const m = decode(b);
      const again = encodeDcp(m);
      expect(Buffer.from(again).toString('hex')).toBe(Buffer.from(b.subarray(0, again.length)).toString('hex'));
      expect(decode(again)).toEqual(m);
    }
  });
  it('survives truncation and 20,000 mutations', () => {
    const counts = torture(profinetDcp, [IDENTIFY, ANSWER, SET_IP, SET_REFUSED, RESET, FLASH, GET, HELLO], 2);
    expect(counts.message).toBeGreaterThan(1000);
  });
});

describeShared('profinet-dcp on captures', () => {
  it('reads the identify requests with the names they seek', () => {
    const out = run(profinetDcp, readFrames(sharedCapture('profinet/iti.PROFINET-RT')));
    expect(out.failures).toEqual([]);
    expect(out.commands.map((x) => x.object?.replace('name of station ', '')).join(' ')).toBe(
      'switch3 switch1 pn-io switch4 pn-io switch7 swln3 swln4 switch6 switch2 switch5 switch3 switch1 pn-io',
    );
  });
});
