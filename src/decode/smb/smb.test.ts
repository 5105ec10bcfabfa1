import { describe, expect, it } from 'vitest';
import { bytesOf, costUs, down, drive, hostile, join, type Part, sameInPieces, up } from '../../../test/decoding.ts';
import { flowsOf, zeekLog } from '../../../test/flows.ts';
import { describeShared, sharedCapture, sharedPath } from '../../../test/shared.ts';
import { encodeNetbiosName } from '../shared/netbios.ts';
import { smb } from './index.ts';
import { encodeNegotiate } from './wire.ts';

const on445 = { carrier: 'tcp', serverPort: 445 };
const le = (size: number, value: number) =>
  Uint8Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) & 255);
const wide = (text: string) => Uint8Array.from([...text].flatMap((c) => [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8]));
const zeros = (n: number) => new Uint8Array(n);
/** An SMB2 header and body: [MS-SMB2] 2.2.1.2. */
const message = (
  command: number,
  id: number,
  body: Uint8Array,
  over: { response?: boolean; status?: number; tree?: number; next?: number } = {},
) =>
  join(
    bytesOf('fe534d42 4000 0000'), // ProtocolId, StructureSize, CreditCharge
    le(4, over.status ?? 0),
    le(2, command),
    le(2, 1), // credits
    le(4, over.response ? 1 : 0), // flags
    le(4, over.next ?? 0),
    le(8, id),
    le(4, 0),
    le(4, over.tree ?? 0),
    le(8, 0x77), // session
    zeros(16), // signature
    body,
  );
const session = (body: Uint8Array) =>
  join(Uint8Array.of(0, body.length >> 16, (body.length >> 8) & 255, body.length & 255), body);
const ntlmField = (length: number, offset: number) => join(le(2, length), le(2, length), le(4, offset));
/** [MS-NLMP] 2.2.1.3 with domain PLANT, user eng, workstation EWS1 and a 24-octet response that must not come out. */
const authenticate = join(
  bytesOf('4e544c4d53535000 03000000'), // signature, type 3
  ntlmField(0, 72), // LM response
  ntlmField(24, 96), // NT response
  ntlmField(10, 72), // domain
  ntlmField(6, 82), // user
  ntlmField(8, 88), // workstation
  ntlmField(0, 120), // session key
  le(4, 0x02000001), // flags: Unicode, version
  bytesOf('0601b01d0000000f'), // 6.1 build 7600
  wide('PLANT'),
  wide('eng'),
  wide('EWS1'),
  new Uint8Array(24).fill(0x5a),
);
/** [MS-NLMP] 2.2.1.2: target HIST, target info with its names. */
const challenge = join(
  bytesOf('4e544c4d53535000 02000000'),
  ntlmField(8, 56),
  le(4, 0x02000001),
  bytesOf('0102030405060708'), // server challenge
  zeros(8),
  ntlmField(42, 64),
  bytesOf('0a00 7c4f 0000000f'.replace('0a00 7c4f', '0a00634f')), // 10.0 build 20323
  wide('HIST'),
  le(2, 1), le(2, 8), wide('HIST'), // NetBIOS computer name
  le(2, 3), le(2, 18), wide('hist.site'), // DNS computer name
  le(2, 0), le(2, 0), zeros(4),
); // biome-ignore format: one AV pair a line
const setup = (token: Uint8Array) =>
  join(bytesOf('1900 00 01 00000000 00000000 5800'), le(2, token.length), zeros(8), token);
const setupResponse = (token: Uint8Array) => join(bytesOf('0900 0000 4800'), le(2, token.length), token);
const tree = wide('\\\\hist\\recipes');
const file = wide('line3\\oven.rcp');
const create = (disposition: number) =>
  join(
    bytesOf('3900 00 00 02000000'), // size, SecurityFlags, OplockLevel, ImpersonationLevel
    zeros(16), // SmbCreateFlags, Reserved
    le(4, 0x120089), le(4, 0), le(4, 7), le(4, disposition), le(4, 0x40), // access, attributes, share, disposition, options
    le(2, 64 + 56), le(2, file.length), le(4, 0), le(4, 0), // name, contexts
    file,
  ); // biome-ignore format: as in the specification
const fileId = new Uint8Array(16).fill(0xab);
const created = join(bytesOf('5900 00 00 01000000'), zeros(56), fileId, zeros(8));
const write = (data: number) =>
  join(bytesOf('3100 7000'), le(4, data), le(8, 0), fileId, zeros(16), new Uint8Array(data).fill(0xd0));
const disposition = join(bytesOf('2100 01 0d 01000000 6000 0000 00000000'), fileId, Uint8Array.of(1));
const guid = new Uint8Array(16).fill(0x47);

const conversation: Part[] = [
  up(encodeNegotiate({ messageId: 0, guid, signingRequired: false, dialects: [0x0202, 0x0311], response: false })),
  down(encodeNegotiate({ messageId: 0, guid, signingRequired: true, dialects: [0x0311], response: true })),
  up(session(message(1, 1, setup(bytesOf('4e544c4d53535000 01000000 01000000'))))),
  down(session(message(1, 1, setupResponse(challenge), { response: true, status: 0xc0000016 }))),
  up(session(message(1, 2, setup(authenticate)))),
  down(session(message(1, 2, setupResponse(zeros(0)), { response: true }))),
  up(session(message(3, 3, join(bytesOf('0900 0000 4800'), le(2, tree.length), tree)))),
  down(session(message(3, 3, bytesOf('1000 01 00 00000000 00000000 ff011f00'), { response: true, tree: 5 }))),
  // Create and Write in one compound: the write names the file just opened by all ones.
  up(
    session(
      join(
        message(5, 4, join(create(5), zeros(4)), { tree: 5, next: 64 + 56 + 28 + 4 }),
        message(
          9,
          5,
          join(bytesOf('3100 7000'), le(4, 3), le(8, 0), new Uint8Array(16).fill(255), zeros(16), zeros(3)),
          { tree: 5 },
        ),
      ),
    ),
  ),
  down(
    session(
      join(
        message(5, 4, created, { response: true, tree: 5, next: 64 + 88 }),
        message(9, 5, bytesOf('1100 0000 03000000 00000000 0000 0000'), { response: true, tree: 5 }),
      ),
    ),
  ),
  up(session(message(17, 6, disposition, { tree: 5 }))),
  down(session(message(17, 6, bytesOf('0200'), { response: true, tree: 5, status: 0xc0000022 }).slice(0, 66))),
  up(session(message(2, 7, bytesOf('0400 0000')))),
  down(session(message(2, 7, bytesOf('0400 0000'), { response: true }))),
];

describe('smb', () => {
  it('follows a login, a share, a compound and a refused deletion', () => {
    const run = drive(smb, conversation, on445);
    expect(run.malformed).toEqual([]);
    expect(run.left).toBe(0);
    expect(run.sessions.map((s) => `${s.phase} ${s.outcome} ${s.user ?? '-'} ${s.detail ?? ''}`)).toEqual([
      'open accepted - SMB 3.1.1, signing required',
      'authenticate accepted PLANT\\eng SMB NTLMv1',
      'open accepted PLANT\\eng share \\\\hist\\recipes',
      'close accepted PLANT\\eng ',
    ]);
    expect(run.commands.map((c) => `${c.verb} ${c.object} ${c.outcome} ${c.user} ${c.reason ?? ''}`)).toEqual([
      'write \\\\hist\\recipes\\line3\\oven.rcp accepted PLANT\\eng ',
      'write \\\\hist\\recipes\\line3\\oven.rcp accepted PLANT\\eng ',
      'delete \\\\hist\\recipes\\line3\\oven.rcp refused PLANT\\eng ACCESS_DENIED',
    ]);
    expect(run.names.map((n) => `${n.endpoint} ${n.kind} ${n.name}`)).toEqual([
      '2 netbios HIST',
      '2 dns hist.site',
      '1 netbios EWS1',
    ]);
    expect(run.identities.find((i) => i.attribute === 'os')?.value).toBe('Windows 10 (10.0 build 20323)');
    expect(JSON.stringify(run)).not.toContain('5a5a5a');
    const headings = run.messages.map((m) => smb.heading?.(m));
    expect(headings.slice(0, 2)).toEqual(['SMB Negotiate request', 'SMB Negotiate response']);
    expect(headings).toContain('SMB Set Info response: ACCESS_DENIED');
    const refused = smb.codes?.['.status'];
    expect([refused?.(0xc0000022, Number), refused?.(0, Number), refused?.(0xc0999999, Number)]).toEqual([
      'ACCESS_DENIED',
      undefined,
      undefined,
    ]);
  });

  it('gives the same however TCP cuts it', () => sameInPieces(smb, conversation, on445));

  it('passes over the data of a large write', () => {
    const big = session(message(9, 9, write(8_000_000), { tree: 5 }));
    const parts: Part[] = [];
    for (let at = 0; at < big.length; at += 100_000) parts.push(up(big.slice(at, at + 100_000)));
    const run = drive(smb, [...parts, up(session(message(13, 10, bytesOf('0400 0000'))))], on445);
    expect(run.messages.map((m) => [m.command, m.length])).toEqual([
      [9, 8_000_000],
      [13, 0],
    ]);
    expect(run.skipped).toBe(big.length - 100_000);
    const cost = costUs(smb, big.slice(0, 1460), on445);
    console.log(`smb write head: ${cost.toFixed(3)} us (with the skip that follows)`);
  });

  it('finds its way again behind a hole', () => {
    const big = session(message(9, 9, write(5000), { tree: 5 }));
    const echo = session(message(13, 10, bytesOf('0400 0000')));
    const run = drive(
      smb,
      [
        up(big.slice(0, 1000)),
        { toServer: true, bytes: big.slice(3000, 4000), gap: true },
        up(big.slice(4000)),
        up(echo),
      ],
      on445,
    );
    expect(run.malformed).toEqual([]);
    expect(run.messages.map((m) => m.command)).toEqual([9, 13]);
  });

  it('reads the names of a NetBIOS session request and knows encrypted messages', () => {
    const names = join(bytesOf('81 00 0044'), encodeNetbiosName('HIST', 0x20), encodeNetbiosName('EWS1', 0));
    const run = drive(smb, [up(names), down(bytesOf('82000000'))], { ...on445, serverPort: 139 });
    expect(run.names.map((n) => `${n.endpoint} ${n.name}`)).toEqual(['2 HIST', '1 EWS1']);
    const sealed = drive(smb, [up(session(join(bytesOf('fd534d42'), zeros(60))))], on445);
    expect(sealed.messages[0]?.type).toBe('SMB encrypted');
  });

  it('refuses a chain that does not advance', () => {
    const loop = drive(smb, [up(session(message(5, 1, zeros(200), { next: 3 })))], on445);
    expect(loop.malformed).toMatchObject([{ code: 'smb.malformed', detail: 'NextCommand' }]);
  });

  it('stays whole under hostile octets', () => hostile(smb, [conversation], on445));
});

describeShared('smb on real captures', () => {
  it('agrees with Zeek on SMB1 logins and shares', () => {
    const found = { ntlm: new Set<string>(), shares: new Set<string>() };
    const seen = new Set<string>();
    for (const flow of flowsOf(sharedCapture('l2l3-discovery/iti.EIP-ControlProtocolChangeAttempt'))) {
      if (flow.over !== 'tcp' || ![139, 445].includes(flow.serverPort)) continue;
      const run = drive(smb, flow.parts, { carrier: 'tcp', serverPort: flow.serverPort });
      expect(run.malformed).toEqual([]);
      for (const m of run.messages) {
        if (m.ntlm?.step === 'challenge')
          found.ntlm.add(`${flow.clientPort} ${m.ntlm.netbiosComputer} ${m.ntlm.dnsComputer}`);
        if (m.command === 117 && !m.response) found.shares.add(`${flow.clientPort} ${m.name}`);
      }
      for (const s of run.sessions) seen.add(`${s.phase} ${s.outcome} ${s.user ?? '-'} ${s.detail}`);
      for (const i of run.identities) seen.add(`${i.endpoint} ${i.attribute} ${i.value}`);
      for (const c of run.commands) seen.add(`${c.verb} ${c.object} ${c.outcome}`);
    }
    console.log([...seen]);
    const base = 'captures/l2l3-discovery/iti.EIP-ControlProtocolChangeAttempt/expected/zeek-3.0.14';
    for (const r of zeekLog(sharedPath(`${base}/ntlm.log`)))
      expect(found.ntlm).toContain(`${r['id.orig_p']} ${r.server_nb_computer_name} ${r.server_dns_computer_name}`);
    for (const r of zeekLog(sharedPath(`${base}/smb_mapping.log`)))
      expect(found.shares).toContain(`${r['id.orig_p']} ${r.path?.replaceAll('\\\\', '\\')}`);
  });
});
