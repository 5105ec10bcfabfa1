import { describe, expect, it } from 'vitest';
import {
  contextOf,
  down,
  drive,
  hostile,
  join,
  type Part,
  sameInPieces,
  textBytes,
  up,
} from '../../../test/decoding.ts';
import { flowsOf, zeekLog } from '../../../test/flows.ts';
import { describeShared, sharedCapture, sharedPath } from '../../../test/shared.ts';
import { http } from './index.ts';
import { encodeRequest, encodeResponse, maskTarget } from './wire.ts';

const on80 = { carrier: 'tcp', serverPort: 80 };
const lines = (...all: string[]) => textBytes(`${all.join('\r\n')}\r\n\r\n`);
const login = lines(
  'GET /setup?user=root&pin=1234 HTTP/1.1',
  'Host: plc1',
  'User-Agent: Mozilla/5.0 (Windows NT 6.1)',
  `Authorization: Basic ${btoa('root:hunter2')}`,
);
const denied = join(
  lines('HTTP/1.1 401 Unauthorized', 'Server: GoAhead-Webs/2.1', 'Content-Length: 4'),
  textBytes('nope'),
);
const put = join(
  lines('PUT /recipe/7 HTTP/1.1', 'Host: plc1', 'Transfer-Encoding: chunked'),
  textBytes('4\r\nabcd\r\n5;x=y\r\nefghi\r\n0\r\nTrailer: x\r\n\r\n'),
);
const head = lines('HEAD /big HTTP/1.1', 'Host: plc1');
const conversation: Part[] = [
  up(login),
  down(denied),
  up(join(put, head)), // pipelined
  down(join(lines('HTTP/1.1 100 Continue'), lines('HTTP/1.1 204 No Content'))),
  down(lines('HTTP/1.1 200 OK', 'Content-Length: 1000000')), // the answer to HEAD has no body
  up(lines('DELETE /recipe/8 HTTP/1.1', 'Host: plc1')),
  down(join(lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked'), textBytes('1\r\nx\r\n0\r\n\r\n'))),
];

describe('the header of a request', () => {
  const said = (...fields: string[]) =>
    drive(
      http,
      [up(lines('GET / HTTP/1.1', 'Host: plc1', ...fields)), down(lines('HTTP/1.1 400 Bad Request'))],
      on80,
    ).weirds.map(({ code }) => code);
  it('is odd where it is longer, has more fields, or holds other octets than any program sends', () => {
    expect(said(`X-Name: ${'A'.repeat(9000)}`)).toEqual(['http.header-length']);
    expect(said(...Array.from({ length: 110 }, (_, i) => `X-${i}: 1`))).toEqual(['http.header-fields']);
    expect(said('X-Name: a\u0000b')).toEqual(['http.header-octets']);
    expect(said('X Name: a')).toEqual(['http.header-octets']);
    expect(said('no colon at all')).toEqual(['http.header-octets']);
  });
  it('is not, of a browser with a long session, a ticket, an old fold or a name in another script', () => {
    expect(said(`Cookie: ${'a'.repeat(9000)}`, `Authorization: Negotiate ${'Y'.repeat(20_000)}`)).toEqual([]);
    expect(said('X-Long: one,', '\ttwo', 'X-Name: gr\u00fcn', 'Accept: */*')).toEqual([]);
  });
});

describe('http', () => {
  it('pairs in order, over chunks, pipelining, 100 and HEAD', () => {
    const run = drive(http, conversation, on80);
    expect(run.malformed).toEqual([]);
    expect(run.left).toBe(0);
    expect(run.commands.map((c) => `${c.verb} ${c.object} ${c.outcome} ${c.reason ?? ''}`)).toEqual([
      'read /setup?user=..&pin=.. refused 401 Unauthorized',
      'write /recipe/7 accepted ',
      'read /big accepted ',
      'delete /recipe/8 accepted ',
    ]);
    expect(run.identities.map((i) => `${i.endpoint} ${i.attribute} ${i.value}`)).toEqual([
      '2 software GoAhead-Webs/2.1',
      '1 software Mozilla/5.0 (Windows NT 6.1)',
      '1 os Windows 7 or Server 2008 R2',
    ]);
  });

  it('never shows a password', () => {
    const run = drive(http, conversation, on80);
    expect(run.sessions).toEqual([
      { phase: 'authenticate', outcome: 'refused', user: 'root', clearCredential: true, detail: 'HTTP basic' },
    ]);
    const said = JSON.stringify(run);
    expect(said).not.toContain('hunter2');
    expect(said).not.toContain(btoa('root:hunter2'));
    expect(said).not.toContain('1234');
    expect(maskTarget('http://u:p@host/x?a=b&c')).toBe('http://(masked)@host/x?a=..&..');
  });

  it('gives the same however TCP cuts it', () => sameInPieces(http, conversation, on80));

  it('gives the connection away behind CONNECT and Upgrade', () => {
    const tunnel = drive(
      http,
      [
        up(lines('CONNECT plc1:443 HTTP/1.1')),
        down(lines('HTTP/1.1 200 Connection established')),
        up(Uint8Array.of(22, 3, 1)),
      ],
      on80,
    );
    expect(tunnel.carried).toEqual([{ child: ['tls', 'ssh', 'rdp', 'smb', 'ftp'], octets: 3 }]);
    expect(tunnel.sessions).toMatchObject([{ phase: 'open', detail: 'HTTP tunnel to plc1:443', outcome: 'accepted' }]);
    const upgrade = drive(
      http,
      [
        up(lines('GET /ws HTTP/1.1', 'Upgrade: websocket')),
        down(lines('HTTP/1.1 101 Switching', 'Upgrade: websocket')),
        down(Uint8Array.of(0x81, 0)),
      ],
      on80,
    );
    expect(upgrade.carried).toEqual([{ child: ['websocket'], octets: 2 }]);
    const two = drive(http, [up(textBytes('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))], on80);
    expect(two.messages).toMatchObject([{ type: 'HTTP/2 preface' }]);
    expect(two.skipped).toBe(6);
  });

  it('passes a large body without holding it', () => {
    const parts = [up(lines('GET /f HTTP/1.1')), down(lines('HTTP/1.1 200 OK', 'Content-Length: 2000000'))];
    for (let i = 0; i < 20; i++) parts.push(down(new Uint8Array(100_000)));
    parts.push(down(lines('HTTP/1.1 500 Late')));
    const run = drive(http, parts, on80);
    expect(run.skipped).toBe(2_000_000);
    expect(run.messages.length).toBe(3);
  });

  it('pairs again behind a hole, and an answer without question shifts nothing', () => {
    const run = drive(
      http,
      [
        down(lines('HTTP/1.1 200 OK', 'Content-Length: 0')), // its request came before the capture
        up(lines('GET /a HTTP/1.1')),
        down(join(lines('HTTP/1.1 200 OK', 'Content-Length: 5000'), new Uint8Array(100))),
        up(lines('GET /b HTTP/1.1')),
        { toServer: false, bytes: new Uint8Array(700).fill(0x41), gap: true },
        down(lines('HTTP/1.1 404 Not Found', 'Content-Length: 0')),
      ],
      on80,
    );
    expect(run.malformed).toEqual([]);
    expect(run.commands.map((c) => `${c.object} ${c.outcome}`)).toEqual(['/a accepted', '/b refused']);
  });

  it('knows itself, and not its look-alikes', () => {
    const say = (text: string) => http.probe(textBytes(text), 0, text.length, contextOf(on80));
    expect(say('GET / HTTP/1.1\r\n')).toBe('sure');
    expect(say('HTTP/1.0 200 OK\r\n')).toBe('sure');
    expect(say('OPTIONS rtsp://x RTSP/1.0\r\n')).toBe('no');
    expect(say('SSH-2.0-x\r\n')).toBe('no');
    expect(say('GE')).toBe('more');
  });

  it('encodes what it decodes', () => {
    const body = textBytes('{"level":1}');
    const run = drive(
      http,
      [
        up(encodeRequest('POST', '/api', { Host: 'hist' }, body)),
        down(encodeResponse(200, 'OK', { Server: 'hist/1' })),
      ],
      on80,
    );
    expect(run.commands).toMatchObject([{ verb: 'invoke', object: '/api', outcome: 'accepted' }]);
    expect(run.left).toBe(0);
  });

  it('stays whole under hostile octets', () => hostile(http, [conversation], on80));
});

describeShared('http on real captures', () => {
  it('agrees with Zeek on methods, targets and status', () => {
    let equal = 0;
    let total = 0;
    const different: string[] = [];
    for (const name of ['it-background/malcolm.DNS', 'it-background/malcolm.NTP']) {
      const rows = zeekLog(sharedPath(`captures/${name}/expected/zeek-3.0.14/http.log`)).filter(
        (r) => r.method !== '-',
      );
      const found = new Set<string>();
      for (const flow of flowsOf(sharedCapture(name))) {
        if (flow.over !== 'tcp' || ![80, 8080].includes(flow.serverPort)) continue;
        for (const m of drive(http, flow.parts, { carrier: 'tcp', serverPort: flow.serverPort }).messages)
          if (m.type === 'HTTP request') found.add(`${flow.clientPort} ${m.method} ${m.target}`);
      }
      for (const r of rows) {
        total++;
        const want = `${r['id.orig_p']} ${r.method} ${maskTarget(r.uri ?? '')}`;
        if (found.has(want)) equal++;
        else different.push(want);
      }
    }
    console.log(`http: ${equal} of ${total} requests`, different.slice(0, 8));
    expect(different).toEqual([]);
  });
  it('finds the NTLM logins in HTTP', () => {
    const users = new Set<string>();
    const names = new Set<string>();
    for (const flow of flowsOf(sharedCapture('it-background/malcolm.NTLM'))) {
      if (flow.over !== 'tcp') continue;
      const run = drive(http, flow.parts, { carrier: 'tcp', serverPort: flow.serverPort });
      for (const s of run.sessions) users.add(`${s.user} ${s.outcome}`);
      for (const i of run.identities) if (i.via.startsWith('NTLM')) names.add(`${i.attribute} ${i.value}`);
    }
    console.log([...users], [...names]);
    expect(users.size).toBeGreaterThan(0);
    expect(names.size).toBeGreaterThan(1);
  });
});
