import { describe, expect, it } from 'vitest';
import { contextOf, drive, hostile, textBytes, up } from '../../../test/decoding.ts';
import { ssdp } from './index.ts';

const on1900 = { carrier: 'udp', serverPort: 1900, group: true };
const lines = (...all: string[]) => textBytes(`${all.join('\r\n')}\r\n\r\n`);
const alive = lines(
  'NOTIFY * HTTP/1.1',
  'HOST: 239.255.255.250:1900',
  'NT: urn:schemas-upnp-org:device:MediaServer:1',
  'NTS: ssdp:alive',
  'SERVER: Linux/4.14 UPnP/1.0 Cam/2.1',
  'LOCATION: http://10.0.0.9:80/d.xml',
  'USN: uuid:1::x',
);
const search = lines('M-SEARCH * HTTP/1.1', 'MAN: "ssdp:discover"', 'ST: ssdp:all');

describe('ssdp', () => {
  it('tells what devices say of themselves', () => {
    const run = drive(ssdp, [up(alive), up(alive), up(search)], on1900);
    expect(run.messages.map((m) => m.type)).toEqual(['SSDP alive', 'SSDP alive', 'SSDP search']);
    expect(run.identities.map((i) => `${i.attribute} ${i.value}`)).toEqual([
      'software Linux/4.14 UPnP/1.0 Cam/2.1',
      'os Linux 4.14',
      'device-type MediaServer',
      'description http://10.0.0.9:80/d.xml',
    ]);
    expect(run.commands).toMatchObject([{ verb: 'discover', object: 'ssdp:all' }]);
  });
  it('knows itself', () => {
    const say = (t: string) => ssdp.probe(textBytes(t), 0, t.length, contextOf(on1900));
    expect(say('NOTIFY * HTTP/1.1\r\n')).toBe('sure');
    expect(say('NOTIFY sip:x SIP/2.0')).toBe('no');
  });
  it('stands hostile octets', () => hostile(ssdp, [[up(alive), up(search)]], on1900));
});
