import { describe, expect, it } from 'vitest';
import { type Host, Wire } from '../../plant/net.ts';
import { decodeFrames } from '../../test/drive.ts';
import type { Decoder, Message } from '../core/decoder.ts';
import { EARLY_US, MAX_EARLY } from './early.ts';

/** 'Q' or 'A', one octet of id, the text. Like FINS, an answer does not say to what: the decoder remembers the questions. */
interface Toy extends Message {
  readonly type: 'question' | 'answer';
  readonly id: number;
  readonly text: string;
}
const toy = (keyOf: (m: Toy) => number = (m) => m.id): Decoder<Toy, { asked: string }> => ({
  name: 'toy',
  title: 'Toy',
  family: 'ot',
  attach: [{ over: 'udp', ports: [7000] }],
  probe: (b, start) => (b[start] === 0x51 || b[start] === 0x41 ? 'sure' : 'no'),
  open: () => ({ asked: '' }),
  decode(b, start, end, _context, state) {
    const type = b[start] === 0x51 ? 'question' : 'answer';
    const own = String.fromCharCode(...b.subarray(start + 2, end));
    const text = type === 'question' ? own : `${own} of ${state.asked}`;
    if (type === 'question') state.asked = own;
    return { kind: 'message', message: { type, id: b[start + 1]!, text }, consumed: end - start };
  },
  pairing: { scope: 'flow', role: (m) => (m.type === 'question' ? 'request' : 'response'), key: keyOf },
  observe(t, sink) {
    sink.command(t.at, {
      verb: 'read',
      operation: t.request?.text ?? '(not seen)',
      target: t.at.server,
      object: t.response?.text ?? '(none)',
      outcome: t.state === 'answered' ? 'accepted' : t.state === 'unanswered' ? 'unanswered' : 'unseen',
    });
  },
});

const client: Host = { mac: '02:00:00:00:00:01', ip: '10.0.0.1' };
const server: Host = { mac: '02:00:00:00:00:02', ip: '10.0.0.2' };
const T0 = 1_700_000_000_000_000;
const text = (kind: number, id: number, words: string) => [kind, id, ...Buffer.from(words)];

/** Words `?id name` (a question) and `!id name` (an answer), `gapUs` apart. */
const talk = (words: readonly string[], gapUs: number, keyOf?: (m: Toy) => number) => {
  const wire = new Wire();
  words.forEach((w, i) => {
    const [head = '', name = ''] = w.split(' ');
    const isQuestion = head.startsWith('?');
    const [from, to, ports] = isQuestion ? [client, server, [40000, 7000]] : [server, client, [7000, 40000]];
    const octets = text(isQuestion ? 0x51 : 0x41, Number(head.slice(1)), name);
    wire.udp(T0 + i * gapUs, from, to, ports[0]!, ports[1]!, octets);
  });
  const r = decodeFrames(wire.sorted(), [toy(keyOf)]);
  return r
    .of('command')
    .map((s) => `${s.what.operation}=${s.what.object} ${s.what.outcome} ${s.at.requestFrame}>${s.at.frame}`);
};

describe('an answer in front of its request', () => {
  it('is paired, and read with what was asked', () => {
    expect(talk(['!1 full', '?1 tank', '!2 open', '?2 valve'], 1000)).toEqual([
      'tank=full of tank accepted 2>1',
      'valve=open of valve accepted 4>3',
    ]);
  });

  it('waits a short time only', () => {
    expect(talk(['!1 full', '?1 tank'], EARLY_US + 1)).toEqual([
      '(not seen)=full of  unseen 0>1',
      'tank=(none) unanswered 2>2',
    ]);
  });

  it('does not wait for the request of another, and answers in order are paired at once', () => {
    expect(talk(['?1 tank', '!1 full', '!9 stray', '?2 valve', '!2 open'], 1000)).toEqual([
      'tank=full of tank accepted 1>2',
      'valve=open of valve accepted 4>5',
      '(not seen)=stray of tank unseen 0>3',
    ]);
  });

  it('is not taken for the answer of the next request where all have one key', () => {
    const one = () => 5;
    // The second request was lost.
    expect(talk(['?1 a', '!1 A', '!2 B', '?3 c', '!3 C', '?4 d', '!4 D'], 1000, one)).toEqual([
      'a=A of a accepted 1>2',
      '(not seen)=B of a unseen 0>3',
      'c=C of c accepted 4>5',
      'd=D of d accepted 6>7',
    ]);
  });

  it('stops waiting where requests are not in the capture, and tells each answer once', () => {
    const told = talk(
      Array.from({ length: 40 }, (_, i) => `!${i} x`),
      1000,
    );
    expect(told).toHaveLength(40);
    expect(new Set(told).size).toBe(40);
    expect(told.every((t) => t.includes('unseen'))).toBe(true);
  });

  it('holds no more than its limit over many conversations', () => {
    const wire = new Wire();
    const flows = MAX_EARLY + 200;
    for (let i = 0; i < flows; i++) wire.udp(T0 + i, server, client, 7000, 20000 + i, text(0x41, 1, 'x'));
    const r = decodeFrames(wire.sorted(), [toy()]);
    expect(r.of('command')).toHaveLength(flows);
  });
});
