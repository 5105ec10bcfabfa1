import { describe, expect, it } from 'vitest';
import { bytesOf, drive, hostile, join, up } from '../../../test/decoding.ts';
import { decodeCapture } from '../../../test/drive.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { stp } from './index.ts';

const onLlc = { carrier: 'ethernet', protocolNumber: 0x42, group: true };
// IEEE 802.1D-2004 clause 9.3: protocol 0, version 2, type 2, forwarding designated port.
const rst = bytesOf(`0000 02 02 3c
  8003 001ef6735980 00000004  # root: priority 32768, VLAN 3; path cost 4
  8003 001ef6735981 8001      # bridge, port
  0100 1400 0200 0f00 00      # message age 1, max age 20, hello 2, forward delay 15; version 1 length`);
const mst = join(
  rst.slice(0, 2),
  Uint8Array.of(3),
  rst.slice(3),
  bytesOf(`0050 00                # version 3 length; configuration identifier format
    ${'506c616e74'.padEnd(64, '0')} 0001 ${'ac36177f50283cd4b83821d8ab26de62'}
    00000064 8000 0011223344aa 13 # internal path cost, CIST bridge, remaining hops
    7c 8001 0011223344bb 00000002 80 80 13 # one instance`),
);
const change = bytesOf('0000 00 80');

describe('stp', () => {
  it('knows bridges, and the root', () => {
    const run = drive(stp, [up(rst), up(rst), up(change)], onLlc);
    expect(run.messages[0]).toMatchObject({
      type: 'RSTP',
      version: 2,
      root: { priority: 32768, extension: 3, mac: '00:1e:f6:73:59:80' },
      rootPathCost: 4,
      portId: 0x8001,
      messageAge: 1,
      maxAge: 20,
      helloTime: 2,
      forwardDelay: 15,
      topologyChange: false,
    });
    expect(run.messages[2]).toMatchObject({ type: 'STP topology change notification' });
    expect(run.identities.map((i) => i.value)).toEqual(['switch', 'spanning tree bridge (root 00:1e:f6:73:59:80)']);
    expect(run.names).toMatchObject([{ kind: 'mac', name: '00:1e:f6:73:59:81' }]);
  });
  it('reads the region of MSTP', () => {
    const run = drive(stp, [up(mst)], onLlc);
    expect(run.messages).toMatchObject([
      {
        type: 'MSTP',
        region: {
          name: 'Plant',
          revision: 1,
          internalRootPathCost: 100,
          remainingHops: 19,
          bridge: { mac: '00:11:22:33:44:aa' },
          instances: [{ root: { extension: 1 } }],
        },
      },
    ]);
  });
  it('tells what is cut', () =>
    expect(drive(stp, [up(rst.slice(0, 20))], onLlc).malformed).toEqual([
      { code: 'stp.malformed', detail: '20 of 35 octets' },
    ]));
  it('stands hostile octets', () => hostile(stp, [[up(rst), up(mst), up(change)]], onLlc));
});

describeShared('stp in captures', () => {
  it('reads every BPDU', async () => {
    const run = await decodeCapture(sharedCapture('l2l3-discovery/iti.EIP-SoftwareDownloadFailure'), {});
    expect(run.health.protocols.find((p) => p.protocol === 'stp')).toMatchObject({ malformed: 0 });
  });
});
