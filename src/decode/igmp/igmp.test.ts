import { describe, expect, it } from 'vitest';
import { bytesOf, drive, hostile, up } from '../../../test/decoding.ts';
import { igmp } from './index.ts';

const onIp = { carrier: 'ip', protocolNumber: 2 };
const query = bytesOf('11 64 ee9b 00000000'); // general query, 10 s
const join2 = bytesOf('16 00 0000 efc00001'); // version 2 report of 239.192.0.1
const join3 = bytesOf('22 00 0000 0000 0002 04 00 0000 e00000fb 03 00 0000 efffffff'); // joins 224.0.0.251, leaves another

describe('igmp', () => {
  it('tells who asks and who listens', () => {
    const run = drive(igmp, [up(query), up(join2), up(join2), up(join3)], onIp);
    expect(run.identities.map((i) => i.value)).toEqual(['IGMP querier']);
    expect(run.commands.map((c) => c.object)).toEqual(['group 239.192.0.1', 'group 224.0.0.251']);
    expect(run.messages[3]).toMatchObject({ records: [{ recordType: 4 }, { recordType: 3, sources: 0 }] });
  });
  it('tells a short one', () =>
    expect(drive(igmp, [up(query.slice(0, 6))], onIp).malformed).toMatchObject([{ code: 'igmp.short' }]));
  it('stands hostile octets', () => hostile(igmp, [[up(query), up(join2), up(join3)]], onIp));
});
