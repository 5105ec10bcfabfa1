import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, join, sameInPieces, up } from '../../../test/decoding.ts';
import { dcerpc } from './index.ts';

const on49664 = { carrier: 'tcp', serverPort: 49664 };
const SVCCTL = '81bb7a364498f135ad3298f038001003'; // 367abb81-9844-35f1-ad32-98f038001003, little-endian
const OPC_SYNC = '523ac1391e01d01196750020afd8adb3'; // 39c13a52-011e-11d0-9675-0020afd8adb3
const NDR = '045d888aeb1cc9119fe808002b104860'; // 8a885d04-1ceb-11c9-9fe8-08002b104860
const word = (n: number) =>
  n
    .toString(16)
    .padStart(4, '0')
    .replace(/(..)(..)/, '$2$1');
const long = (n: number) => word(n & 0xffff) + word(n >>> 16);
/** C706 12.6.3.1: version 5.0, type, flags, little-endian label, fragment length, authentication length, call id. */
const pdu = (type: number, call: number, body: string, flags = 3, auth = 0) =>
  bytesOf(
    `0500${type.toString(16).padStart(2, '0')}${flags.toString(16).padStart(2, '0')}10000000${word(16 + body.length / 2)}${word(auth)}${long(call)}${body}`,
  );
/** 12.6.4.3: max transmit and receive fragment, association group, number of contexts; then the contexts. */
const bind = (call: number, ...uuids: string[]) =>
  pdu(
    11,
    call,
    `d016d01600000000${word(uuids.length)}0000${uuids.map((u, i) => `${word(i)}0100${u}02000000${NDR}02000000`).join('')}`,
  );
/** 12.6.4.4: fragments, group, secondary address `135` with its length, padding, results. */
const ack = (call: number, ...results: number[]) =>
  pdu(
    12,
    call,
    `d016d016341200000400${'31333500'}0000${word(results.length)}0000${results.map((r) => `${word(r)}0000${NDR}02000000`).join('')}`,
  );
/** 12.6.4.9: allocation hint, context, operation, stub. */
const request = (call: number, context: number, opnum: number, stub = '00000000', flags = 3) =>
  pdu(0, call, `${long(stub.length / 2)}${word(context)}${word(opnum)}${stub}`, flags);
const response = (call: number, context: number) => pdu(2, call, `04000000${word(context)}000000000000`);
const fault = (call: number, status: number) => pdu(3, call, `00000000000000${'00'}${long(status)}00000000`);

const conversation = [
  up(bind(1, SVCCTL)),
  down(ack(1, 0)),
  up(join(request(2, 0, 15), request(3, 0, 12))),
  down(response(2, 0)),
  down(fault(3, 5)),
  up(request(4, 0, 99)),
  down(response(4, 0)),
];

describe('dcerpc', () => {
  it('names the interface bound, the operations called and the refusal', () => {
    const run = drive(dcerpc, conversation, on49664);
    expect(run.malformed).toEqual([]);
    expect(run.sessions).toMatchObject([
      { phase: 'open', outcome: 'accepted', detail: 'interface svcctl (Windows services)' },
    ]);
    expect(run.commands.map((c) => [c.verb, c.operation, c.object, c.outcome, c.reason])).toEqual([
      ['invoke', 'svcctl ROpenSCManagerW', undefined, 'accepted', undefined],
      ['configure', 'svcctl RCreateServiceW', undefined, 'refused', 'access denied (0x00000005)'],
      ['invoke', 'svcctl', 'operation 99', 'accepted', undefined],
    ]);
  });

  it('knows an OPC Classic server by its interface, and a write from a read', () => {
    const run = drive(
      dcerpc,
      [
        up(bind(1, OPC_SYNC, SVCCTL)),
        down(ack(1, 0, 2)),
        up(request(2, 0, 4)),
        down(response(2, 0)),
        up(request(3, 0, 3)),
        down(response(3, 0)),
      ],
      on49664,
    );
    expect(run.identities).toMatchObject([{ attribute: 'software', value: 'OPC Classic server' }]);
    expect(run.sessions).toMatchObject([{ outcome: 'accepted', detail: 'interface IOPCSyncIO (OPC Data Access)' }]);
    expect(run.commands.map((c) => [c.verb, c.operation])).toEqual([
      ['write', 'IOPCSyncIO Write'],
      ['read', 'IOPCSyncIO Read'],
    ]);
  });

  it('says that a bind was rejected, and tells a call whose bind was not seen as not known', () => {
    const run = drive(
      dcerpc,
      [up(bind(1, SVCCTL)), down(pdu(13, 1, '0800')), up(request(7, 9, 3)), down(response(7, 9))],
      on49664,
    );
    expect(run.sessions).toMatchObject([
      { outcome: 'refused', detail: 'interface svcctl (Windows services): authentication type not recognised' },
    ]);
    expect(run.commands).toMatchObject([
      { verb: 'invoke', operation: 'DCE/RPC call', object: 'interface not known operation 3' },
    ]);
  });

  it('reads the user of an NTLM login and not the proof of the password', () => {
    const utf16 = (t: string) => [...t].map((c) => word(c.charCodeAt(0))).join('');
    const field = (text: string, at: number) => `${word(text.length / 2)}${word(text.length / 2)}${long(at)}`;
    const [domain, user, host] = [utf16('PLANT'), utf16('eng'), utf16('PC7')];
    const head = 64;
    const proof = 'ab'.repeat(24);
    const at = [
      head,
      head + domain.length / 2,
      head + (domain.length + user.length) / 2,
      head + (domain.length + user.length + host.length) / 2,
    ];
    // [MS-NLMP] 2.2.1.3: signature, type 3, LM and NT responses, domain, user, workstation, session key, flags (Unicode)
    const token = `4e544c4d53535000${long(3)}${field('', at[3]!)}${field(proof, at[3]!)}${field(domain, at[0]!)}${field(user, at[1]!)}${field(host, at[2]!)}${field('', at[3]!)}${long(1)}${domain}${user}${host}${proof}`;
    // [MS-RPCE] 2.2.2.11: type NTLM, level privacy, padding, reserved, context
    const auth3 = pdu(16, 1, `00000000${'0a060000'}00000000${token}`, 3, token.length / 2);
    const run = drive(
      dcerpc,
      [up(bind(1, SVCCTL)), down(ack(1, 0)), up(auth3), up(request(2, 0, 15)), down(response(2, 0))],
      on49664,
    );
    expect(run.sessions[1]).toMatchObject({ phase: 'authenticate', user: 'PLANT\\eng', outcome: 'unconfirmed' });
    expect(run.names).toMatchObject([{ kind: 'netbios', name: 'PC7' }]);
    expect(run.commands).toMatchObject([{ user: 'PLANT\\eng' }]);
    expect(JSON.stringify(run)).not.toContain(proof);
  });

  it('gives the same however TCP cuts it', () => sameInPieces(dcerpc, conversation, on49664));

  it('takes the first fragment of a long call for the call', () => {
    const run = drive(
      dcerpc,
      [
        up(bind(1, SVCCTL)),
        down(ack(1, 0)),
        up(request(2, 0, 12, '00'.repeat(40), 1)),
        up(request(2, 0, 12, '00'.repeat(40), 2)),
        down(response(2, 0)),
      ],
      on49664,
    );
    expect(run.commands).toHaveLength(1);
  });

  it('is known by content', () => {
    const say = (b: Uint8Array) => dcerpc.probe(b, 0, b.length, contextOf(on49664));
    expect(say(bind(1, SVCCTL))).toBe('sure');
    expect(say(bind(1, SVCCTL).subarray(0, 9))).toBe('more');
    expect(say(bytesOf('0500010a2f'))).toBe('more');
    expect(say(bytesOf('05640bc40a000100fc42c0012a06010a2f000000'))).toBe('no');
  });

  it('survives anything', () => hostile(dcerpc, [conversation], on49664));
});
