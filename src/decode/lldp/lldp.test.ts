import { describe, expect, it } from 'vitest';
import { contextOf, octets, readFrames, recorder, run, torture } from '../../../test/datagram-harness.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { lldp } from './index.ts';
import { encodeLldp, type Lldp, OUI_MED, OUI_PROFINET } from './wire.ts';

const SWITCH = octets(
  '0207 04 001b1b3434cb' + // chassis id: MAC 00:1b:1b:34:34:cb
    '0409 07 706f72742d303033' + // port id: local "port-003"
    '0602 0014' + // 20 s
    '0a03 737731' + // system name sw1
    '0c07 5343414c414e43' + // system description SCALANC
    '0e04 0084 0004' + // capabilities bridge and station, bridge enabled
    '100c 05 01 0a0a0a46 02 00000001 00' + // management address 10.10.10.70, ifIndex 1
    'fe08 000ecf 02 0000 0001' + // PROFINET port status: class 2 off, class 3 synchronised
    'fe0c 0012bb 08 534e2d3132333435' + // LLDP-MED serial number SN-12345
    'fe06 0080c2 01 0064' + // port VLAN 100
    '0000',
);
const decode = (b: Uint8Array): Lldp => {
  const d = lldp.decode(b, 0, b.length, contextOf(), lldp.open());
  if (d.kind !== 'message') throw new Error(d.kind);
  return d.message;
};

describe('lldp', () => {
  it('reads mandatory, optional and organizational TLVs', () => {
    expect(decode(SWITCH)).toMatchObject({
      type: 'LLDPDU',
      chassisKind: 'mac',
      chassisId: '00:1b:1b:34:34:cb',
      portKind: 'local',
      portId: 'port-003',
      ttlS: 20,
      systemName: 'sw1',
      systemDescription: 'SCALANC',
      enabled: 4,
      managementAddresses: ['10.10.10.70'],
      cut: false,
      details: { rtClass2PortStatus: 0, rtClass3PortStatus: 1, serialNumber: 'SN-12345', portVlan: 100 },
    });
  });
  it('says who it is once, and again when it changes', () => {
    const { out, sink } = recorder();
    const state = lldp.open();
    const at = contextOf();
    const say = (b: Uint8Array) =>
      lldp.observe({ request: decode(b), response: undefined, state: 'single', at }, sink, state);
    say(SWITCH);
    say(SWITCH);
    expect(out.identities.map((x) => `${x.attribute}=${x.value}`)).toEqual([
      'hostname=sw1',
      'description=SCALANC',
      'role=switch',
      'serial=SN-12345',
    ]);
    expect(out.names.map((x) => `${x.kind} ${x.name}`)).toEqual([
      'lldp sw1',
      'mac 00:1b:1b:34:34:cb',
      'ip 10.10.10.70',
    ]);
    const renamed = Uint8Array.from(SWITCH);
    renamed[28] = 0x32; // sw2
    say(renamed);
    expect(out.names.map((x) => x.name)).toContain('sw2');
  });
  it('reads what it writes', () => {
    const m = decode(
      encodeLldp({
        chassisMac: '00:1b:1b:34:34:cb',
        portName: 'eth1',
        ttlS: 120,
        systemName: 'a',
        systemDescription: 'b',
        capabilities: 0x14,
        managementIp: '10.0.0.1',
        organizational: [
          { oui: OUI_MED, subtype: 10, data: octets('4d31') },
          { oui: OUI_PROFINET, subtype: 5, data: octets('001b1b3434ca') },
        ],
      }),
    );
    expect(m).toMatchObject({
      portId: 'eth1',
      ttlS: 120,
      enabled: 0x14,
      managementAddresses: ['10.0.0.1'],
      details: { model: 'M1', chassisMac: '00:1b:1b:34:34:ca' },
    });
  });
  it('survives truncation and 20,000 mutations', () => {
    const counts = torture(lldp, [SWITCH], 5);
    expect(counts.message).toBeGreaterThan(1000);
  });
});

describeShared('lldp on captures', () => {
  it('reads PROFINET stations, with the names and addresses they announce', () => {
    const out = run(lldp, readFrames(sharedCapture('profinet/iti.Profinet_Failed')));
    expect(out.failures).toEqual([]);
    const told = new Set(out.names.map((x) => `${out.endpoints[x.endpoint]} ${x.kind} ${x.name}`));
    expect(told).toContain('00:10:18:cb:8c:03 profinet scada-pc-060839');
    expect(told).toContain('00:10:18:cb:8c:03 ip 10.10.10.70');
    expect(out.identities.map((x) => x.value)).toContain('Siemens AG SIMATIC S7 MULTIPORT SCALANCE X 200 FAM');
  });
  it('reads the MUD URL, IPv6 management addresses and Cisco switches', () => {
    const mud = run(lldp, readFrames(sharedCapture('l2l3-discovery/tcpdump.lldp_mudurl')));
    expect((mud.messages[0]!.message as Lldp).details.mudUrl).toBe(
      'https://imright.mud.example.com/.well-known/mud/v1/vomitv2.0',
    );
    expect((mud.messages[0]!.message as Lldp).managementAddresses).toEqual([
      '62.12.173.114',
      '2001:8a8:1006:4:223:54ff:fec2:5702',
    ]);
    const cisco = run(lldp, readFrames(sharedCapture('l2l3-discovery/tcpdump.LLDP_and_CDP')));
    expect(new Set(cisco.names.filter((x) => x.kind === 'lldp').map((x) => x.name))).toEqual(
      new Set(['S1.cisco.com', 'S2.cisco.com']),
    );
    expect(cisco.failures).toEqual([]);
  });
});
