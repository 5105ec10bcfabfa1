/**
 * An SMB 3.0.2 client and server on one connection ([MS-SMB2] section 2.2): negotiate, log in by NTLM ([MS-NLMP]), connect
 * to a share, create, read, write, rename, delete, close. Each call is one request and its answer; contents are random.
 */
import { encodeNegotiate } from '../../../src/decode/smb/wire.ts';
import type { Scene } from '../scene.ts';
import type { Station } from '../station.ts';
import type { Stream } from '../stream.ts';
import { ascii, be24, join, le16, le32, le64, utf16, zeros } from './octets.ts';

const HEADER = 64;
const MORE_PROCESSING = 0xc000_0016;
export const LOGON_FAILURE = 0xc000_006d;
const NOTHING: readonly number[] = [];

/** Disposition of Create (2.2.13). */
export const OPEN = 1;
export const CREATE = 2;

const NTLM = [...ascii('NTLMSSP'), 0];
const FLAGS = 0xe288_8235;
const field = (length: number, at: number): number[] => [...le16(length), ...le16(length), ...le32(at)];
const VERSION = [10, 0, 0x61, 0x4a, 0, 0, 0, 15];

export interface Login {
  readonly user: string;
  readonly domain: string;
  readonly host: string;
}

const negotiateToken = (): number[] => [
  ...NTLM,
  ...le32(1),
  ...le32(FLAGS),
  ...field(0, 0),
  ...field(0, 0),
  ...VERSION,
];
const challengeToken = (scene: Scene, domain: string): number[] => {
  const target = utf16(domain);
  const info = [...le16(2), ...le16(target.length), ...target, ...le16(0), ...le16(0)];
  const head = 56;
  return [
    ...NTLM,
    ...le32(2),
    ...field(target.length, head),
    ...le32(FLAGS),
    ...scene.octets(8),
    ...zeros(8),
    ...field(info.length, head + target.length),
    ...VERSION,
    ...target,
    ...info,
  ];
};
const authenticateToken = (scene: Scene, { user, domain, host }: Login): number[] => {
  const parts = [zeros(24), [...scene.octets(240)], utf16(domain), utf16(user), utf16(host), [...scene.octets(16)]];
  let at = 72;
  const fields = parts.map((p) => {
    const f = field(p.length, at);
    at += p.length;
    return f;
  });
  return [...NTLM, ...le32(3), ...fields.flat(), ...le32(FLAGS), ...VERSION, ...parts.flat()];
};

export class SmbClient {
  readonly stream: Stream;
  readonly #scene: Scene;
  readonly #session: number;
  #message = 0;
  #tree = 0;
  #file = 0;

  constructor(scene: Scene, client: Station, server: Station) {
    this.#scene = scene;
    this.stream = scene.stream(client, server, 445);
    this.#session = scene.random.integer(0x100, 0x0fff_ffff);
  }

  #frame(command: number, isAnswer: boolean, status: number, body: ArrayLike<number>): Uint8Array {
    const length = HEADER + body.length;
    return join(
      [0, ...be24(length)],
      [0xfe, 0x53, 0x4d, 0x42, ...le16(64), ...le16(1), ...le32(status), ...le16(command), ...le16(31)],
      [...le32(isAnswer ? 1 : 0), ...le32(0), ...le64(this.#message), ...le32(0xfeff), ...le32(this.#tree)],
      [...le64(command === 0 ? 0 : this.#session), ...zeros(16)],
      body,
    );
  }

  #ask(tsUs: number, command: number, question: ArrayLike<number>, answer: ArrayLike<number>, status = 0): number {
    this.#message++;
    // An error response has nine octets of its own (2.2.2), but for a login that goes on.
    const isError = status !== 0 && status !== MORE_PROCESSING;
    const said = isError ? [...le16(9), 0, 0, ...le32(0), 0] : answer;
    return this.stream.exchange(
      tsUs,
      this.#frame(command, false, 0, question),
      this.#frame(command, true, status, said),
      400 + this.#scene.random.integer(0, 900),
    );
  }

  #guid(host: Station): Uint8Array {
    return Uint8Array.from({ length: 16 }, (_, i) => (host.ipBytes[i & 3]! * (i + 3) + host.macBytes[i % 6]!) & 255);
  }

  open(tsUs: number): number {
    const { client, server } = this.stream;
    const common = { messageId: 0, dialects: [0x0302, 0x0300, 0x0210] };
    this.stream.open(tsUs);
    this.#message = 0;
    return this.stream.exchange(
      tsUs + 1_000,
      encodeNegotiate({ ...common, guid: this.#guid(client), signingRequired: false, response: false }),
      encodeNegotiate({ ...common, guid: this.#guid(server), signingRequired: true, response: true }),
      900,
    );
  }

  /** `refused`: wrong password. */
  login(tsUs: number, login: Login, refused = false): number {
    const request = (token: readonly number[]): number[] => [
      ...le16(25),
      0,
      1,
      ...le32(1),
      ...le32(0),
      ...le16(HEADER + 24),
      ...le16(token.length),
      ...zeros(8),
      ...token,
    ];
    const answer = (token: readonly number[]): number[] => [
      ...le16(9),
      ...le16(0),
      ...le16(HEADER + 8),
      ...le16(token.length),
      ...token,
    ];
    const t = this.#ask(
      tsUs,
      1,
      request(negotiateToken()),
      answer(challengeToken(this.#scene, login.domain)),
      MORE_PROCESSING,
    );
    const token = authenticateToken(this.#scene, login);
    return this.#ask(t, 1, request(token), answer(NOTHING), refused ? LOGON_FAILURE : 0);
  }

  /** `share`: `\\server\share`. */
  connect(tsUs: number, share: string): number {
    const path = utf16(share);
    this.#tree = 0;
    const question = [...le16(9), ...le16(0), ...le16(HEADER + 8), ...le16(path.length), ...path];
    // The answer carries the id of the tree.
    this.#message++;
    const asked = this.#frame(3, false, 0, question);
    this.#tree = this.#scene.random.integer(1, 0xffff);
    const isPipe = share.endsWith('IPC$');
    const done = this.#frame(3, true, 0, [
      ...le16(16),
      isPipe ? 2 : 1,
      0,
      ...le32(0x30),
      ...le32(0),
      ...le32(0x001f_01ff),
    ]);
    return this.stream.exchange(tsUs, asked, done, 600);
  }

  #id(): number[] {
    return [...le64(this.#file), ...le64(this.#file + 0x1_0000)];
  }

  /** Opens a file of the connected share. `size`: its octets. `options`: 0x40 no directory. */
  create(tsUs: number, name: string, disposition: number, size = 0, access = 0x0012_019f): number {
    this.#file++;
    const path = utf16(name);
    const question = [
      ...le16(57),
      0,
      0,
      ...le32(2),
      ...zeros(16),
      ...le32(access),
      ...le32(0x80),
      ...le32(7),
      ...le32(disposition),
      ...le32(0x40),
      ...le16(HEADER + 56),
      ...le16(path.length),
      ...le32(0),
      ...le32(0),
      ...path,
    ];
    const answer = [
      ...le16(89),
      0,
      0,
      ...le32(disposition === OPEN ? 1 : 2),
      ...zeros(32),
      ...le64(size),
      ...le64(size),
      ...le32(0x80),
      ...le32(0),
      ...this.#id(),
      ...le32(0),
      ...le32(0),
    ];
    return this.#ask(tsUs, 5, question, answer);
  }

  read(tsUs: number, count: number, offset = 0): number {
    const question = [
      ...le16(49),
      0x50,
      0,
      ...le32(count),
      ...le64(offset),
      ...this.#id(),
      ...le32(0),
      ...le32(0),
      ...le32(0),
      ...le16(0),
      ...le16(0),
      0,
    ];
    const head = [...le16(17), HEADER + 16, 0, ...le32(count), ...le32(0), ...le32(0)];
    return this.#ask(tsUs, 8, question, join(head, this.#scene.octets(count)));
  }

  write(tsUs: number, count: number, offset = 0): number {
    const head = [
      ...le16(49),
      ...le16(HEADER + 48),
      ...le32(count),
      ...le64(offset),
      ...this.#id(),
      ...le32(0),
      ...le32(0),
      ...le16(0),
      ...le16(0),
      ...le32(0),
    ];
    const answer = [...le16(17), ...le16(0), ...le32(count), ...le32(0), ...le16(0), ...le16(0)];
    return this.#ask(tsUs, 9, join(head, this.#scene.octets(count)), answer);
  }

  #set(tsUs: number, infoClass: number, buffer: readonly number[]): number {
    const question = [
      ...le16(33),
      1,
      infoClass,
      ...le32(buffer.length),
      ...le16(HEADER + 32),
      ...le16(0),
      ...le32(0),
      ...this.#id(),
      ...buffer,
    ];
    return this.#ask(tsUs, 17, question, le16(2));
  }
  /** FileRenameInformation. */
  rename(tsUs: number, to: string): number {
    const name = utf16(to);
    return this.#set(tsUs, 10, [0, ...zeros(7), ...zeros(8), ...le32(name.length), ...name]);
  }
  /** FileDispositionInformation: deleted when closed. */
  remove(tsUs: number): number {
    return this.#set(tsUs, 13, [1]);
  }

  close(tsUs: number): number {
    return this.#ask(tsUs, 6, [...le16(24), ...le16(0), ...le32(0), ...this.#id()], [...le16(60), ...zeros(58)]);
  }

  /** Log off and disconnect. */
  end(tsUs: number): void {
    const t = this.#ask(tsUs, 2, [...le16(4), ...le16(0)], [...le16(4), ...le16(0)]);
    this.stream.close(t);
  }
}
