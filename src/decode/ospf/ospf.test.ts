import { describe, expect, it } from 'vitest';
import { bytesOf, drive, hostile, up } from '../../../test/decoding.ts';
import { ospf } from './index.ts';

const onIp = { carrier: 'ip', protocolNumber: 89, group: true };
// RFC 2328 A.3.2: hello of router 1.1.1.1 in area 0, password "ospfpass", mask /24, designated router 10.0.0.1.
const hello = bytesOf(`02 01 002c 01010101 00000000 0000 0001 6f73706670617373
  ffffff00 000a 02 01 00000028 0a000001 00000000`);

describe('ospf', () => {
  it('tells the router and its area', () => {
    const run = drive(ospf, [up(hello), up(hello)], onIp);
    expect(run.messages[0]).toMatchObject({
      type: 'OSPF hello',
      routerId: '1.1.1.1',
      areaId: '0.0.0.0',
      networkMask: '255.255.255.0',
      designatedRouter: '10.0.0.1',
    });
    expect(run.identities.map((i) => i.value)).toEqual(['OSPF router 1.1.1.1 in area 0.0.0.0', '255.255.255.0']);
    expect(run.sessions).toMatchObject([{ clearCredential: true }]);
    expect(JSON.stringify(run)).not.toContain('ospfpass');
  });
  it('tells what is cut', () =>
    expect(drive(ospf, [up(hello.slice(0, 20))], onIp).malformed).toMatchObject([{ code: 'ospf.malformed' }]));
  it('stands hostile octets', () => hostile(ospf, [[up(hello)]], onIp));
});
