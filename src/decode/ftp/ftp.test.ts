import { describe, expect, it } from 'vitest';
import { contextOf, down, drive, hostile, type Part, sameInPieces, textBytes, up } from '../../../test/decoding.ts';
import { ftp } from './index.ts';
import { dataAddress } from './wire.ts';

const on21 = { carrier: 'tcp', serverPort: 21 };
const say = (line: string): Part => up(textBytes(`${line}\r\n`));
const hear = (line: string): Part => down(textBytes(`${line}\r\n`));
const conversation: Part[] = [
  hear('220 VxWorks (5.5) FTP server ready'),
  say('USER eng'),
  hear('331 Password required'),
  say('PASS hunter2'),
  hear('230-Welcome\r\n stay a while\r\n230 User logged in'),
  say('CWD /flash'),
  hear('250 ok'),
  say('PASV'),
  hear('227 Entering Passive Mode (10,0,1,9,4,1)'),
  say('STOR fw.bin'),
  hear('150 Opening'),
  hear('226 Transfer complete'),
  say('RETR /etc/passwd'),
  hear('550 denied'),
  say('DELE old.bin'),
  hear('250 gone'),
  say('QUIT'),
  hear('221 bye'),
];

describe('ftp', () => {
  it('follows a login and what is done with files', () => {
    const run = drive(ftp, conversation, on21);
    expect(run.malformed).toEqual([]);
    expect(run.sessions).toEqual([
      { phase: 'authenticate', outcome: 'accepted', user: 'eng', clearCredential: true, detail: 'FTP' },
      { phase: 'close', outcome: 'accepted', user: 'eng' },
    ]);
    expect(run.commands.map((c) => `${c.verb} ${c.object} ${c.outcome} ${c.reason ?? ''}`)).toEqual([
      'write /flash/fw.bin accepted ',
      'read /etc/passwd refused 550 denied',
      'delete /flash/old.bin accepted ',
    ]);
    expect(run.identities).toMatchObject([{ attribute: 'software', value: 'VxWorks (5.5) FTP server ready' }]);
    expect(JSON.stringify(run)).not.toContain('hunter2');
  });
  it('gives the same however TCP cuts it', () => sameInPieces(ftp, conversation, on21));
  it('reads announced data connections', () => {
    const reply = { type: 'FTP reply', sequence: 1, code: 227, text: 'ok (10,0,1,9,4,1)' } as const;
    expect(dataAddress(reply)).toEqual({ ip: '10.0.1.9', port: 1025 });
    expect(dataAddress({ ...reply, code: 229, text: 'Extended (|||6446|)' })).toEqual({ ip: undefined, port: 6446 });
    expect(
      dataAddress({ type: 'FTP command', sequence: 1, command: 'EPRT', argument: '|2|2001:db8::1|5282|' }),
    ).toEqual({
      ip: '2001:db8::1',
      port: 5282,
    });
  });
  it('gives the connection away after AUTH TLS', () => {
    const run = drive(ftp, [hear('220 x'), say('AUTH TLS'), hear('234 ok'), up(Uint8Array.of(22, 3, 1, 0, 1))], on21);
    expect(run.carried).toEqual([{ child: 'tls', octets: 5 }]);
    expect(run.sessions).toMatchObject([{ phase: 'open', detail: 'FTP AUTH TLS' }]);
  });
  it('does not claim SMTP', () => {
    const smtp = textBytes('220 mail ESMTP\r\n');
    expect(ftp.probe(smtp, 0, smtp.length, contextOf({ serverPort: 25, toServer: false }))).toBe('no');
  });
  it('stays whole under hostile octets', () => hostile(ftp, [conversation], on21));
});
