import { describe, expect, it } from 'vitest';
import { contextOf, drive, hostile, textBytes, up } from '../../../test/decoding.ts';
import { syslog } from './index.ts';

const on514 = { carrier: 'udp', serverPort: 514 };
// The examples of RFC 5424 section 6.5 and RFC 3164 section 5.4.
const five = textBytes("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed for lonvick");
const three = textBytes('<13>Feb  5 17:32:18 plc-gw sshd[412]: password is hunter2');
const bare = textBytes('<189>hello');

describe('syslog', () => {
  it('reads both forms and keeps no text', () => {
    const run = drive(syslog, [up(five), up(three), up(three), up(bare)], on514);
    expect(run.messages[0]).toMatchObject({
      type: 'Syslog RFC 5424',
      facility: 4,
      severity: 2,
      host: 'mymachine.example.com',
      app: 'su',
      processId: '',
      messageId: 'ID47',
    });
    expect(run.messages[1]).toMatchObject({
      type: 'Syslog RFC 3164',
      facility: 1,
      severity: 5,
      timestamp: 'Feb  5 17:32:18',
      host: 'plc-gw',
      app: 'sshd',
      processId: '412',
    });
    expect(run.messages[3]).toMatchObject({ facility: 23, host: '', app: '' });
    expect(run.identities.map((i) => `${i.attribute} ${i.value}`)).toEqual([
      'hostname mymachine.example.com',
      'software su',
      'hostname plc-gw',
      'software sshd',
    ]);
    expect(JSON.stringify(run)).not.toContain('hunter2');
  });
  it('knows itself', () => {
    const say = (t: string) => syslog.probe(textBytes(t), 0, t.length, contextOf(on514));
    expect(say('<34>1 2003-10-11T22:14:15Z h a - - -')).toBe('sure');
    expect(say('<13>x')).toBe('maybe');
    expect(say('<html>')).toBe('no');
    expect(say('<192>x')).toBe('no');
  });
  it('stands hostile octets', () => hostile(syslog, [[up(five), up(three), up(bare)]], on514));
});
