import { describe, expect, it } from 'vitest';
import { contextOf, drive, hostile, join, textBytes, up } from '../../../test/decoding.ts';
import { ssdp } from './index.ts';
import { decodeSsdp, encodeSsdp } from './wire.ts';

const NOTIFY = encodeSsdp('NOTIFY * HTTP/1.1', {
  HOST: '239.255.255.250:1900',
  'CACHE-CONTROL': 'max-age=1800',
  LOCATION: 'http://10.0.0.7:49152/description.xml',
  NT: 'urn:schemas-upnp-org:device:Printer:1',
  NTS: 'ssdp:alive',
  SERVER: 'Linux/4.14 UPnP/1.0 Acme/1.8',
  USN: 'uuid:1::urn:schemas-upnp-org:device:Printer:1',
});
const SEARCH = encodeSsdp('M-SEARCH * HTTP/1.1', {
  HOST: '239.255.255.250:1900',
  MAN: '"ssdp:discover"',
  ST: 'ssdp:all',
  'USER-AGENT': 'Chrome/106',
});
const ANSWER = encodeSsdp('HTTP/1.1 200 OK', { ST: 'upnp:rootdevice', SERVER: 'POSIX UPnP/1.0', USN: 'uuid:2' });
const on1900 = { carrier: 'udp', serverPort: 1900 };

describe('ssdp', () => {
  it('reads advertisements, searches and answers', () => {
    expect(decodeSsdp(NOTIFY, 0, NOTIFY.length)).toEqual({
      type: 'SSDP NOTIFY',
      status: 0,
      host: '239.255.255.250:1900',
      server: 'Linux/4.14 UPnP/1.0 Acme/1.8',
      userAgent: '',
      location: 'http://10.0.0.7:49152/description.xml',
      usn: 'uuid:1::urn:schemas-upnp-org:device:Printer:1',
      target: 'urn:schemas-upnp-org:device:Printer:1',
      nts: 'ssdp:alive',
      maxAgeS: 1800,
    });
    expect(decodeSsdp(SEARCH, 0, SEARCH.length)).toMatchObject({ target: 'ssdp:all', userAgent: 'Chrome/106' });
    expect(decodeSsdp(ANSWER, 0, ANSWER.length)).toMatchObject({ type: 'SSDP response', status: 200, usn: 'uuid:2' });
  });
  it('says once what a device is and runs', () => {
    const run = drive(ssdp, [up(NOTIFY), up(NOTIFY), up(SEARCH)], on1900);
    expect(run.identities.map((x) => [x.attribute, x.value])).toEqual([
      ['software', 'Linux/4.14 UPnP/1.0 Acme/1.8'],
      ['device-type', 'Printer'],
      ['software', 'Chrome/106'],
    ]);
    expect(run.commands).toMatchObject([{ verb: 'discover', operation: 'SSDP M-SEARCH', object: 'ssdp:all' }]);
  });
  it('knows its own start lines only', () => {
    const probe = (b: Uint8Array) => ssdp.probe(b, 0, b.length, contextOf(on1900));
    expect(probe(NOTIFY)).toBe('sure');
    expect(probe(ANSWER)).toBe('maybe');
    expect(probe(textBytes('NOTIFY sip:a HTTP/1.'))).toBe('no');
    expect(probe(join(Uint8Array.of(0x81), NOTIFY))).toBe('no');
  });
  it('takes hostile octets without harm', () => {
    hostile(ssdp, [[up(NOTIFY)], [up(SEARCH)], [up(ANSWER)]], on1900);
  });
});
