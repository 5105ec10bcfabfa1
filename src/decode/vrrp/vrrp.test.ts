import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, drive, hostile, up } from '../../../test/decoding.ts';
import { vrrp } from './index.ts';

const onIp = { carrier: 'ip', protocolNumber: 112, group: true };
// RFC 3768 section 5.1: version 2, group 7, priority 200, one address, password "secretpw".
const two = bytesOf('21 07 c8 01 01 01 0000 0a000001 7365637265747077');
// RFC 5798: version 3, group 8, 1 s, one IPv6 address.
const three = bytesOf('31 08 64 01 0064 0000 fe80000000000000000000000000000a');

describe('vrrp', () => {
  it('tells the master and the address it holds, not the password', () => {
    const run = drive(vrrp, [up(two), up(two)], onIp);
    expect(run.messages[0]).toMatchObject({
      version: 2,
      virtualRouter: 7,
      priority: 200,
      interval: 100,
      addresses: ['10.0.0.1'],
    });
    expect(run.identities.map((i) => i.value)).toEqual(['VRRP master of group 7']);
    expect(run.mentioned).toEqual(['00:00:5e:00:01:07']);
    expect(run.names).toMatchObject([{ endpoint: 100, kind: 'ip', name: '10.0.0.1' }]);
    expect(run.sessions).toMatchObject([{ clearCredential: true }]);
    expect(JSON.stringify(run)).not.toContain('secretpw');
  });
  it('reads version 3', () => {
    const run = drive(vrrp, [up(three)], onIp);
    expect(run.messages).toMatchObject([{ version: 3, addresses: ['fe80::a'] }]);
    expect(run.mentioned).toEqual(['00:00:5e:00:02:08']);
  });
  it('refuses what is none', () =>
    expect(vrrp.probe(bytesOf('45 00 00 00 00 00 00 00'), 0, 8, contextOf(onIp))).toBe('no'));
  it('stands hostile octets', () => hostile(vrrp, [[up(two), up(three)]], onIp));
});
