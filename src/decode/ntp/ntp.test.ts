import { describe, expect, it } from 'vitest';
import { bytesOf, costUs, down, drive, hostile, up } from '../../../test/decoding.ts';
import { flowsOf, zeekLog } from '../../../test/flows.ts';
import { describeShared, sharedCapture, sharedPath } from '../../../test/shared.ts';
import { ntp } from './index.ts';
import { decodeNtp, encodeNtp } from './wire.ts';

const on123 = { carrier: 'udp', serverPort: 123, clientPort: 123 };
const request = bytesOf(`
  23 00 06 ec           # leap 0, version 4, mode 3; stratum 0; poll 2^6 s; precision 2^-20 s
  00010000 00008000     # root delay 1 s, dispersion 0.5 s
  00000000              # reference id
  0000000000000000 0000000000000000 0000000000000000
  ec000000 80000000     # transmit: half a second after 0xec000000`);
const response = bytesOf(`
  24 01 06 ec 00000000 00000010 47505300 # version 4, mode 4, stratum 1, "GPS"
  ec000000 00000000
  ec000000 80000000     # origin: what the client sent
  ec000000 c0000000 ec000000 c0000000`);
const monlist = bytesOf('17 00 03 2a 00000000'); // private, implementation 3 (XNTPD), request 42

describe('ntp', () => {
  it('pairs by timestamp and tells the time server', () => {
    const run = drive(ntp, [up(request), down(response)], on123);
    expect(run.malformed).toEqual([]);
    expect(run.messages[0]).toMatchObject({
      mode: 'client',
      version: 4,
      pollS: 64,
      rootDelayS: 1,
      rootDispersionS: 0.5,
    });
    expect(run.messages[0]?.transmitUs).toBe((0xec000000 - 2_208_988_800) * 1e6 + 500_000);
    expect(run.identities).toMatchObject([{ endpoint: 2, attribute: 'role', via: 'NTP stratum 1, reference GPS' }]);
    expect(run.commands).toEqual([]);
  });
  it('shows a monitor list request as discovery', () => {
    expect(drive(ntp, [up(monlist)], on123).commands).toMatchObject([
      { verb: 'discover', object: 'monitor list', outcome: 'unanswered' },
    ]);
  });
  it('shows configuration by control messages', () => {
    const configure = bytesOf('16 08 0001 0000 0000 0000 0000');
    expect(drive(ntp, [up(configure)], on123).commands).toMatchObject([{ verb: 'configure', object: 'configure' }]);
  });
  it('encodes what it decodes, beyond the era of 2036 too', () => {
    for (const transmitUs of [1_700_000_000_250_000, 2_200_000_000_750_000]) {
      const b = encodeNtp({ mode: 'server', stratum: 2, transmitUs, originUs: 1_700_000_000_000_000 });
      expect(decodeNtp(b, 0, b.length)).toMatchObject({ mode: 'server', stratum: 2, transmitUs });
    }
  });
  it('stays whole under hostile octets', () => hostile(ntp, [[up(request), down(response)], [up(monlist)]], on123));
  it('costs little', () => {
    const cost = costUs(ntp, response, on123);
    console.log(`ntp: ${cost.toFixed(3)} us`);
    expect(cost).toBeLessThan(10);
  });
});

describeShared('ntp on real captures', () => {
  it('agrees with Zeek on every message of malcolm.NTP', () => {
    const rows = zeekLog(sharedPath('captures/it-background/malcolm.NTP/expected/zeek-3.0.14/ntp.log')).filter(
      (r) => Number(r.mode) < 6,
    );
    const found = new Set<string>();
    for (const flow of flowsOf(sharedCapture('it-background/malcolm.NTP'))) {
      if (flow.over !== 'udp' || flow.serverPort !== 123) continue;
      for (const m of drive(ntp, flow.parts, { ...on123, clientPort: flow.clientPort }).messages)
        found.add(`${flow.clientPort} ${m.version} ${m.stratum} ${m.pollS} ${Math.round(m.transmitUs / 1000)}`);
    }
    const want = rows.map(
      (r) => `${r['id.orig_p']} ${r.version} ${r.stratum} ${Number(r.poll)} ${Math.round(Number(r.xmt_time) * 1000)}`,
    );
    const missing = want.filter((w) => !found.has(w));
    console.log(`ntp: ${want.length} messages, ${missing.length} missing`, missing.slice(0, 8));
    expect(missing.length).toBeLessThanOrEqual(want.length * 0.03);
  });
});
