import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, join, sameInPieces, textBytes, up } from '../../../test/decoding.ts';
import { kukaProxy, kukaRsi } from './index.ts';

const on7000 = { carrier: 'tcp', serverPort: 7000 };
const word = (n: number) => Uint8Array.of(n >> 8, n & 255);
const part = (text: string) => join(word(text.length), textBytes(text));
const message = (number: number, ...body: Uint8Array[]) => {
  const b = join(...body);
  return join(word(number), word(b.length), b);
};
const read = (number: number, name: string) => message(number, Uint8Array.of(0), part(name));
const write = (number: number, name: string, value: string) =>
  message(number, Uint8Array.of(1), part(name), part(value));
const answer = (number: number, what: number, value: string, tail = '00 00 01') =>
  message(number, Uint8Array.of(what), part(value), bytesOf(tail));

const conversation = [
  up(read(1, '$MODEL_NAME[]')),
  down(answer(1, 0, '"#KR6R900 Z200 C4SR FLR"', '00 01 01')),
  up(join(read(2, '$OV_PRO'), read(3, '$MODE_OP'))),
  down(join(answer(2, 0, '100'), answer(3, 0, '#T1'))),
  up(write(4, '$OV_PRO', '30')),
  down(answer(4, 1, '30')),
  up(write(5, 'DOES_NOT_EXIST', 'TRUE')),
  down(answer(5, 1, '', '00 05 00')),
];

describe('kuka-proxy', () => {
  it('reads the octets of a request and its answer', () => {
    // number 4, 17 octets: write, `$OV_PRO`, `30`
    const request = bytesOf('0004 000e 01 0007 244f565f50524f 0002 3330');
    expect(write(4, '$OV_PRO', '30')).toEqual(request);
    const run = drive(kukaProxy, [up(request), down(bytesOf('0004 0008 01 0002 3330 0000 01'))], on7000);
    expect(run.messages).toMatchObject([
      { type: 'Write Variable request', number: 4, name: '$OV_PRO', value: '30', error: -1 },
      { type: 'Write Variable response', number: 4, value: '30', error: 0, isDone: true },
    ]);
  });
  it('tells who reads and writes which variable of which robot', () => {
    const run = drive(kukaProxy, conversation, on7000);
    expect(run.malformed).toEqual([]);
    expect(run.commands.map((c) => [c.verb, c.object, c.value, c.outcome, c.reason])).toEqual([
      ['read', '$MODEL_NAME[]', undefined, 'accepted', undefined],
      ['read', '$OV_PRO', undefined, 'accepted', undefined],
      ['read', '$MODE_OP', undefined, 'accepted', undefined],
      ['write', '$OV_PRO', 30, 'accepted', undefined],
      ['write', 'DOES_NOT_EXIST', true, 'refused', 'error 5'],
    ]);
    expect(run.identities.map((i) => `${i.attribute}=${i.value}`)).toEqual([
      'vendor=KUKA',
      'model=KR6R900 Z200 C4SR FLR',
      'mode=T1',
    ]);
    expect(run.values.map((v) => [v.path, v.value, v.access])).toEqual([
      ['$MODEL_NAME[]', '"#KR6R900 Z200 C4SR FLR"', 'read'],
      ['$OV_PRO', 100, 'read'],
      ['$MODE_OP', '#T1', 'read'],
      ['$OV_PRO', 30, 'write'],
    ]);
  });
  it('takes an answer whose length does not count its tail', () => {
    const short = answer(9, 0, '12.5');
    short[3] = short[3]! - 3;
    const run = drive(kukaProxy, [up(read(9, '$VEL.CP')), down(short)], on7000);
    expect(run.values.map((v) => v.value)).toEqual([12.5]);
  });
  it('keeps no value of a variable that is called a password', () => {
    const run = drive(
      kukaProxy,
      [up(write(1, 'USER_PASSWORD[]', 'hush')), down(answer(1, 1, 'hush')), up(read(2, 'USER_PASSWORD[]'))],
      on7000,
    );
    expect(JSON.stringify([run.messages, run.commands, run.values])).not.toContain('hush');
    expect(run.messages[1]).toMatchObject({ value: '(masked)' });
  });
  it('is known by its lengths and a name', () => {
    const say = (b: Uint8Array) => kukaProxy.probe(b, 0, b.length, contextOf({ ...on7000, toServer: true }));
    expect(say(read(1, '$OV_PRO'))).toBe('sure');
    expect(say(read(1, '$OV_PRO').subarray(0, 9))).toBe('more');
    expect(say(read(1, '1234567'))).toBe('no');
    expect(say(bytesOf('0001 0000 0006 11 03 006b 0003'))).toBe('no'); // Modbus
  });
  it('gives the same however TCP cuts it', () => sameInPieces(kukaProxy, conversation, on7000));
  it('survives anything', () => hostile(kukaProxy, [conversation], on7000));
});

const onRsi = { carrier: 'udp', serverPort: 49_152 };
const state = (x: number, ipoc: number) =>
  textBytes(
    `<Rob Type="KUKA"><RIst X="${x}" Y="0.5" Z="-12.25" A="0.0" B="90.0" C="0.0"/><Delay D="0"/><DiL>3</DiL><IPOC>${ipoc}</IPOC></Rob>\r\n`,
  );
const correction = (x: number, ipoc: number) =>
  textBytes(`<Sen Type="ImFree"><RKorr X="${x}" Y="0" Z="0"/><IPOC>${ipoc}</IPOC></Sen>`);

describe('kuka-rsi', () => {
  it('reads where the robot is and how it is corrected', () => {
    const run = drive(kukaRsi, [up(state(100.125, 4208163634)), down(correction(0.5, 4208163634))], onRsi);
    expect(run.malformed).toEqual([]);
    expect(run.messages).toMatchObject([
      { type: 'RSI robot state', sender: 'KUKA', ipoc: 4208163634, more: false },
      { type: 'RSI correction', sender: 'ImFree', ipoc: 4208163634 },
    ]);
    expect(run.values.map((v) => [v.path, v.value, v.access])).toEqual([
      ['RIst.X', 100.125, 'read'],
      ['RIst.Y', 0.5, 'read'],
      ['RIst.Z', -12.25, 'read'],
      ['RIst.A', 0, 'read'],
      ['RIst.B', 90, 'read'],
      ['RIst.C', 0, 'read'],
      ['Delay.D', 0, 'read'],
      ['DiL', 3, 'read'],
      ['RKorr.X', 0.5, 'write'],
      ['RKorr.Y', 0, 'write'],
      ['RKorr.Z', 0, 'write'],
    ]);
    expect(run.identities.map((i) => i.value)).toEqual(['KUKA']);
    expect(run.sessions).toMatchObject([{ phase: 'open', outcome: 'unconfirmed' }]);
  });
  it('says what is not closed', () => {
    expect(drive(kukaRsi, [up(textBytes('<Rob Type="KUKA"><RIst X="1"/>'))], onRsi).malformed).toHaveLength(1);
  });
  it('survives anything', () => hostile(kukaRsi, [[up(state(1, 2)), down(correction(3, 4))]], onRsi));
});
