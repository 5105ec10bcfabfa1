import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contextOf, octets, readFrames, recorder, run, torture } from '../../../test/datagram-harness.ts';
import { describeShared, sharedCapture, sharedPath } from '../../../test/shared.ts';
import { dhcp } from './index.ts';
import { readOption } from './options.ts';
import { type DhcpMessage, encodeDhcp, optionOf, optionText } from './wire.ts';

const MAC = '0000bc3eebe4';
const header = (op: string, yiaddr = '00000000') =>
  `${op}010600 abcd0013 0000 8000` + // op, Ethernet, 6 octets, no hops; xid; secs; broadcast flag
  `00000000 ${yiaddr} 00000000 00000000` + // ciaddr yiaddr siaddr giaddr
  `${MAC}00000000000000000000`; // chaddr in 16 octets
const COOKIE = '63825363';
const EMPTY = '00'.repeat(192); // sname and file
const DISCOVER = octets(
  `${header('01')}${EMPTY}${COOKIE}` +
    '350101' + // message type DISCOVER
    '3d0701' +
    MAC + // client identifier: Ethernet and MAC
    '0c04706c6331' + // host name plc1
    '3704 01 03 06 0f' + // parameter request list
    '3c08 4d53465420352e30' + // vendor class MSFT 5.0
    'a116 68747470733a2f2f6d75642e6578616d706c652f6d31' + // MUD URL https://mud.example/m1
    'ff',
);
const ACK = octets(
  `${header('02', 'c0a80a78')}${EMPTY}${COOKIE}` +
    '350105' + // ACK
    '3604 c0a80a69' + // server identifier 192.168.10.105
    '3304 00000e10' + // lease 3600 s
    '0104 ffffff00 0304 c0a80a01' + // mask, router
    '7908 18 c0a814 c0a80a02' + // classless route 192.168.20.0/24 via 192.168.10.2
    '2108 c0a81e01 c0a80a03' + // static route 192.168.30.1 via 192.168.10.3
    '520e 0105 6574682f31 0205 7465737431' + // relay: circuit eth/1, remote test1
    'ff',
);
const BOOTP_REPLY = octets(`${header('02', 'c0a80a78')}${EMPTY}${'00'.repeat(64)}`);
const OVERLOADED = octets(
  `${header('02', 'c0a80a78')}` +
    ('0304 c0a80a01 0604 c0a80a02 ff'.replace(/ /g, '') + '00'.repeat(64)).slice(0, 128) + // sname: router, DNS
    '00'.repeat(128) +
    `${COOKIE}350102340102ff`, // OFFER, overload 2 (sname)
);

const decode = (b: Uint8Array): DhcpMessage => {
  const d = dhcp.decode(b, 0, b.length, contextOf(), undefined);
  if (d.kind !== 'message') throw new Error(d.kind);
  return d.message;
};
const tell = (b: Uint8Array) => {
  const { out, sink } = recorder();
  dhcp.observe({ request: decode(b), response: undefined, state: 'single', at: contextOf() }, sink, undefined);
  return out;
};

describe('dhcp', () => {
  it('reads a client: name, fingerprint, vendor class, MUD URL', () => {
    const m = decode(DISCOVER);
    expect(m).toMatchObject({
      type: 'DHCP DISCOVER',
      xid: 0xabcd0013,
      chaddr: '00:00:bc:3e:eb:e4',
      broadcast: true,
      cookie: 'options',
      cut: false,
    });
    expect(optionOf(m, 55)).toBe('1,3,6,15');
    expect(optionOf(m, 61)).toBe('00:00:bc:3e:eb:e4');
    const out = tell(DISCOVER);
    expect(out.identities.map((x) => `${x.attribute}=${x.value}`)).toEqual([
      'hostname=plc1',
      'os=Windows',
      'description=DHCP vendor class MSFT 5.0',
      'description=MUD URL https://mud.example/m1',
    ]);
    expect(out.endpoints[out.identities[0]!.endpoint]).toBe('00:00:bc:3e:eb:e4');
  });
  it('binds the address on an acknowledgement and reads routes and relay', () => {
    const m = decode(ACK);
    expect(optionOf(m, 121)).toEqual(['192.168.20.0/24 192.168.10.2']);
    expect(optionOf(m, 33)).toEqual(['192.168.30.1 192.168.10.3']);
    expect(optionOf(m, 82)).toEqual(['circuit=eth/1', 'remote=test1']);
    expect(optionOf(m, 51)).toBe(3600);
    const out = tell(ACK);
    expect(out.names).toMatchObject([{ kind: 'ip', name: '192.168.10.120', via: 'DHCP ACK' }]);
    expect(out.commands).toEqual([]);
  });
  it('takes a BOOTP reply as a configuration', () => {
    expect(decode(BOOTP_REPLY)).toMatchObject({ type: 'BOOTP reply', cookie: 'empty' });
    const out = tell(BOOTP_REPLY);
    expect(out.names).toMatchObject([{ kind: 'ip', name: '192.168.10.120' }]);
    expect(out.commands).toMatchObject([{ verb: 'configure', value: '192.168.10.120' }]);
    expect(out.endpoints[out.commands[0]!.target]).toBe('00:00:bc:3e:eb:e4');
  });
  it('reads options from overloaded fields and joins long ones', () => {
    expect(optionOf(decode(OVERLOADED), 3)).toEqual(['192.168.10.1']);
    expect(optionOf(decode(OVERLOADED), 6)).toEqual(['192.168.10.2']);
    const long = 'x'.repeat(300);
    const m = decode(
      encodeDhcp({
        op: 1,
        xid: 1,
        chaddr: '00:00:bc:3e:eb:e4',
        options: [
          { code: 53, value: 1 },
          { code: 67, value: long },
        ],
      }),
    );
    expect(optionOf(m, 67)).toBe(long);
  });
  it('never shows an authentication option', () => {
    expect(readOption(90, octets('00 00 00 0000000000000000 736563726574'))).toBe('(masked)');
    expect(readOption(82, octets('08 04 73656372'))).toEqual(['8=(masked)']);
  });
  it('writes what it reads', () => {
    const m = decode(DISCOVER);
    const again = encodeDhcp({ ...m, op: 1, options: m.options });
    expect(decode(again)).toEqual(m);
    expect(Buffer.from(again.subarray(0, DISCOVER.length)).toString('hex')).toBe(Buffer.from(DISCOVER).toString('hex'));
  });
  it('survives truncation and 20,000 mutations', () => {
    const counts = torture(dhcp, [DISCOVER, ACK, BOOTP_REPLY, OVERLOADED], 3);
    expect(counts.message).toBeGreaterThan(1000);
  });
});

/** Columns of a Zeek log by name. */
const zeek = (path: string): Record<string, string>[] => {
  const lines = readFileSync(sharedPath(`captures/${path}`), 'utf8').split('\n');
  const fields = lines
    .find((x) => x.startsWith('#fields'))!
    .split('\t')
    .slice(1);
  return lines
    .filter((x) => x !== '' && !x.startsWith('#'))
    .map((x) => Object.fromEntries(x.split('\t').map((v, i) => [fields[i]!, v])));
};

describeShared('dhcp on captures', () => {
  it('moves the chassis to .120 by BOOTP at 192.5 s', () => {
    const out = run(dhcp, readFrames(sharedCapture('enip-cip/iti.EIP-IPAddressChangeAttempt')));
    expect(out.failures).toEqual([]);
    expect(out.names.map((n) => `${out.endpoints[n.endpoint]} ${n.name} ${n.via}`)).toEqual([
      '00:e0:62:60:35:d0 192.168.10.131 DHCP ACK',
      '00:e0:62:60:35:d0 KoyoDL405 DHCP ACK',
      '00:00:bc:3e:eb:e4 192.168.10.120 BOOTP reply',
      '00:00:bc:3e:eb:e4 ConLgxEIP BOOTP reply',
    ]);
    expect(out.commands).toMatchObject([{ verb: 'configure', value: '192.168.10.120', at: { frame: 3359 } }]);
    // The chassis had no address of its own when it asked.
    expect(
      out.identities.filter(({ via }) => via === 'BOOTP request').map((i) => `${out.endpoints[i.endpoint]} ${i.value}`),
    ).toEqual(['00:00:bc:3e:eb:e4 asks for its address by BOOTP']);
  });
  for (const name of [
    'ipal.dhcp-single',
    'suricata-verify.dhcp-eve-extended',
    'tcpdump.dhcp-mud',
    'tcpdump.dhcp-option-108',
    'tcpdump.dhcp-option-33',
    'tcpdump.dhcp-rfc5859',
    'tcpdump.dhcpv4v6-rfc5970-rfc8572',
    'zeek.dhcp',
    'zeek.dhcp_ack_subscriber_id_and_agent_remote_id',
    'zeek.dhcp_discover_param_req_and_client_id',
    'zeek.dhcp_time_and_nameserver',
    'zeek.dhcp_flood',
    'suricata-verify.dhcp-option-52-overload',
  ]) {
    it(`agrees with Zeek on ${name}`, () => {
      const out = run(dhcp, readFrames(sharedCapture(`l2l3-discovery/${name}`)));
      const messages = out.messages.map((x) => x.message as DhcpMessage);
      const rows = zeek(`l2l3-discovery/${name}/expected/zeek-3.0.14/dhcp.log`);
      const types = rows.flatMap((r) => r.msg_types!.split(','));
      expect(messages.map((m) => m.type.replace(/^DHCP /, '')).sort()).toEqual(types.sort());
      const all = (f: (m: DhcpMessage) => string) => new Set(messages.map(f));
      for (const row of rows) {
        if (row.mac !== '-') expect(all((m) => m.chaddr)).toContain(row.mac);
        if (row.host_name !== '-') expect(all((m) => optionText(m, 12))).toContain(row.host_name!.replace('\\x00', ''));
        if (row.domain !== '-') expect(all((m) => optionText(m, 15))).toContain(row.domain!.replace('\\x00', ''));
        if (row.requested_addr !== '-') expect(all((m) => optionText(m, 50))).toContain(row.requested_addr);
        if (row.assigned_addr !== '-') expect(all((m) => m.yiaddr)).toContain(row.assigned_addr);
        if (row.lease_time !== '-') expect(all((m) => optionText(m, 51))).toContain(String(Number(row.lease_time)));
        if (row.server_message !== '-') expect(all((m) => optionText(m, 56))).toContain(row.server_message);
      }
    });
  }
  it('reads routers and DNS servers out of sname where they are overloaded', () => {
    const out = run(dhcp, readFrames(sharedCapture('l2l3-discovery/suricata-verify.dhcp-option-52-overload')));
    const at = (frame: number, code: number) =>
      optionText(out.messages.find((x) => x.frame === frame)!.message as DhcpMessage, code);
    for (const frame of [4, 7]) expect([at(frame, 3), at(frame, 6)]).toEqual(['10.100.0.2', '10.100.0.2']);
    for (const frame of [3, 8]) expect([at(frame, 3), at(frame, 6)]).toEqual(['10.100.0.1', '10.100.0.1']);
  });
});
