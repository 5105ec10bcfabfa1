import { describe, expect, it } from 'vitest';
import { contextOf, down, drive, hostile, join, type Part, textBytes, up } from '../../../test/decoding.ts';
import { flowsOf } from '../../../test/flows.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { telnet } from './index.ts';

const on23 = { carrier: 'tcp', serverPort: 23 };
const conversation: Part[] = [
  down(Uint8Array.of(255, 253, 24, 255, 253, 31)), // IAC DO terminal type, IAC DO window size
  up(Uint8Array.of(255, 251, 24, 255, 252, 31)), // IAC WILL, IAC WONT
  down(Uint8Array.of(255, 250, 24, 1, 255, 240)), // subnegotiation: send your terminal type
  down(textBytes('\r\nMoxa EDS-510A  v3.2\r\nlogin: ')),
  up(textBytes('ad')),
  down(textBytes('ad')), // echo
  up(textBytes('min\r\n')),
  down(textBytes('min\r\nPassword: ')),
  up(textBytes('wrong1\r\n')),
  down(textBytes('\r\nLogin incorrect\r\nlogin: ')),
  up(textBytes('admin\r\n')),
  down(textBytes('admin\r\nPassword: ')),
  up(textBytes('hunter2\r\n')),
  down(textBytes('\r\nWelcome\r\n# ')),
  up(textBytes('reload secret-word\r\n')),
];

describe('telnet', () => {
  it('finds logins by their prompts and forgets what is typed', () => {
    const run = drive(telnet, conversation, on23);
    expect(run.sessions).toEqual([
      { phase: 'authenticate', outcome: 'refused', user: 'admin', clearCredential: true, detail: 'Telnet' },
      { phase: 'authenticate', outcome: 'accepted', user: 'admin', clearCredential: true, detail: 'Telnet' },
    ]);
    expect(run.identities).toMatchObject([{ endpoint: 2, attribute: 'description', value: 'Moxa EDS-510A v3.2' }]);
    for (const secret of ['wrong1', 'hunter2', 'secret-word']) expect(JSON.stringify(run)).not.toContain(secret);
  });
  it('is known by its negotiation on any port', () => {
    const first = conversation[0]!.bytes;
    expect(telnet.probe(first, 0, first.length, contextOf({ serverPort: 2001 }))).toBe('sure');
    const other = join(Uint8Array.of(255), textBytes('SMB...'));
    expect(telnet.probe(other, 0, other.length, contextOf({ serverPort: 445 }))).toBe('no');
  });
  it('keeps nothing of the password in its state', () => {
    const state = telnet.open();
    for (const part of conversation.slice(0, 9)) {
      const context = contextOf({ ...on23, toServer: part.toServer });
      for (let o = 0; o < part.bytes.length; ) {
        const d = telnet.decode(part.bytes, o, part.bytes.length, context, state);
        if (d.kind !== 'skip' && d.kind !== 'message') break;
        o += d.consumed;
      }
    }
    expect(state.phase).toBe('verdict');
    expect(JSON.stringify(state)).not.toContain('wrong1');
  });
  it('stays whole under hostile octets', () => hostile(telnet, [conversation], on23));
});

describeShared('telnet on real captures', () => {
  it('reads the sessions of malcolm.Telnet', () => {
    const said: string[] = [];
    let messages = 0;
    for (const flow of flowsOf(sharedCapture('it-background/malcolm.Telnet'))) {
      if (flow.over !== 'tcp' || flow.serverPort !== 23) continue;
      const run = drive(telnet, flow.parts, on23);
      expect(run.malformed).toEqual([]);
      messages += run.messages.length;
      for (const s of run.sessions) said.push(`${s.outcome} ${s.user ?? '-'}`);
      for (const i of run.identities) said.push(i.value);
    }
    console.log(said);
    expect(messages).toBeGreaterThan(0);
  });
});
