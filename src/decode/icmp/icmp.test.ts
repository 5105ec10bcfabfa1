import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, costUs, down, drive, hostile, up } from '../../../test/decoding.ts';
import { icmp, icmpv6 } from './index.ts';

const onIp = { carrier: 'ip', protocolNumber: 1 };
const on6 = { carrier: 'ip', protocolNumber: 58 };
const echo = bytesOf('08 00 f7ff 0001 0002 6162'); // identifier 1, sequence 2
const reply = bytesOf('00 00 ffff 0001 0002 6162');
const unreachable = bytesOf(`03 03 0000 00000000 # port unreachable
  4500 0020 0001 0000 40 11 0000 0a000001 0a000002 # UDP 10.0.0.1 -> 10.0.0.2
  c000 00a1 000c 0000 # port 49152 -> 161`);
const redirect = bytesOf('05 01 0000 0a0000fe 4500 0020 0001 0000 40 06 0000 0a000001 c0a80105 c000 01f6 00000000');
// Neighbour advertisement for fe80::1 with its link-layer address (RFC 4861 section 4.4).
const advertisement = bytesOf('88 00 0000 60000000 fe800000000000000000000000000001 0201 001122334455');
const solicitation = bytesOf('87 00 0000 00000000 fe800000000000000000000000000009 0101 001122334466');
const router = bytesOf(`86 00 0000 40 80 0708 00000000 00000000 # lifetime 1800, managed
  0101 001122334477                # source link-layer address
  0304 40 c0 00000e10 00000e10 00000000 20010db8000000000000000000000000 # prefix 2001:db8::/64
  1903 0000 00000e10 20010db8000000000000000000000053 # RDNSS`);
const mld = bytesOf('8f 00 0000 0000 0001 04 00 0000 ff0200000000000000000000000000fb');

describe('icmp', () => {
  it('pairs echoes', () => {
    const run = drive(icmp, [up(echo), down(reply)], onIp);
    expect(run.messages[0]).toMatchObject({ type: 'ICMP echo request', identifier: 1, sequence: 2, payloadLength: 2 });
    expect(run.commands).toEqual([{ verb: 'discover', operation: 'ICMP echo', target: 2, outcome: 'accepted' }]);
  });
  it('says what was unreachable, and who redirects', () => {
    const run = drive(icmp, [down(unreachable), down(redirect)], onIp);
    expect(run.messages[0]).toMatchObject({
      reason: 'port unreachable',
      quoted: { protocol: 17, source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 49152, destinationPort: 161 },
    });
    expect(run.commands).toMatchObject([
      { verb: 'configure', operation: 'ICMP redirect', target: 1, object: 'route to 192.168.1.5', value: '10.0.0.254' },
    ]);
  });
  it('knows neighbours and routers of IPv6', () => {
    const run = drive(icmpv6, [up(solicitation), down(advertisement), down(router), up(mld)], on6);
    expect(run.malformed).toEqual([]);
    expect(run.mentioned).toEqual(['fe80::9', '00:11:22:33:44:55', '2001:db8::53']);
    expect(run.names).toEqual([{ endpoint: 101, kind: 'ip', name: 'fe80::1', via: 'NDP neighbor advertisement' }]);
    expect(run.identities.map((i) => `${i.attribute} ${i.value}`)).toEqual(['role router', 'netmask 2001:db8::/64']);
    expect(run.messages[2]).toMatchObject({ router: { lifetime: 1800, managed: true, dnsServers: ['2001:db8::53'] } });
    expect(run.messages[3]).toMatchObject({ type: 'MLDv2 report', groups: ['ff02::fb'] });
  });
  it('refuses an option of length 0 (RFC 4861 section 4.6)', () => {
    const bad = advertisement.slice();
    bad[25] = 0;
    expect(drive(icmpv6, [up(bad)], on6).malformed).toEqual([{ code: 'icmpv6.malformed', detail: 'option length' }]);
    expect(drive(icmp, [up(echo.slice(0, 5))], onIp).malformed).toMatchObject([{ code: 'icmp.short' }]);
  });
  it('stands hostile octets', () => {
    hostile(
      icmp,
      [
        [up(echo), down(reply)],
        [down(unreachable), down(redirect)],
      ],
      onIp,
    );
    hostile(icmpv6, [[up(solicitation), down(advertisement), down(router), up(mld)]], on6);
    expect(icmp.probe(echo, 0, 4, contextOf(onIp))).toBe('sure');
  });
  it('is cheap', () => expect(costUs(icmp, echo, onIp)).toBeLessThan(20));
});
