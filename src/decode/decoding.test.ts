import { describe, expect, it } from 'vitest';
import {
  ACK,
  Connection,
  checksum,
  ethernet,
  type Host,
  ipv4,
  PSH,
  RST,
  SYN,
  tcp,
  udp,
  Wire,
} from '../../plant/net.ts';
import { batchOf, decodeFrames, Run, type TestFrame } from '../../test/drive.ts';
import type { Decoder, Message } from '../core/decoder.ts';
import { communityId } from './community-id.ts';

/**
 * A protocol for these tests: 'Q' or 'A', one octet of id, one octet of length, then that many octets. Requests (Q) are
 * answered (A) under the same id.
 */
interface Toy extends Message {
  readonly type: 'question' | 'answer';
  readonly id: number;
  readonly text: string;
}
const toy: Decoder<Toy, undefined> = {
  name: 'toy',
  title: 'Toy',
  family: 'ot',
  attach: [
    { over: 'tcp', ports: [7000] },
    { over: 'udp', ports: [7000] },
    { over: 'ethertype', types: [0x9999] },
  ],
  probe(b, start, end) {
    const c = b[start]!;
    if (c !== 0x51 && c !== 0x41) return 'no';
    if (end - start < 3) return 'more';
    return b[start + 2]! < 200 ? 'sure' : 'no';
  },
  open: () => undefined,
  decode(b, start, end) {
    if (end - start < 3) return { kind: 'incomplete', missing: 3 - (end - start) };
    const c = b[start]!;
    if (c !== 0x51 && c !== 0x41) return { kind: 'foreign' };
    const length = b[start + 2]!;
    if (length >= 200) return { kind: 'malformed', code: 'length', detail: `${length}`, consumed: 0 };
    if (end - start < 3 + length) return { kind: 'incomplete', missing: 3 + length - (end - start) };
    const text = String.fromCharCode(...b.subarray(start + 3, start + 3 + length));
    return {
      kind: 'message',
      message: { type: c === 0x51 ? 'question' : 'answer', id: b[start + 1]!, text },
      consumed: 3 + length,
    };
  },
  pairing: {
    scope: 'flow',
    role: (m) => (m.type === 'question' ? 'request' : 'response'),
    key: (m) => m.id,
  },
  observe(t, sink) {
    sink.command(t.at, {
      verb: 'read',
      operation: t.request?.text ?? '(not seen)',
      target: t.at.server,
      object: t.response?.text ?? '(none)',
      outcome: t.state === 'answered' ? 'accepted' : t.state === 'unanswered' ? 'unanswered' : 'unseen',
    });
  },
};

const q = (id: number, text: string): Uint8Array => Uint8Array.from([0x51, id, text.length, ...Buffer.from(text)]);
const a = (id: number, text: string): Uint8Array => Uint8Array.from([0x41, id, text.length, ...Buffer.from(text)]);
const client: Host = { mac: '02:00:00:00:00:01', ip: '10.0.0.1' };
const server: Host = { mac: '02:00:00:00:00:02', ip: '10.0.0.2' };
const T0 = 1_700_000_000_000_000;

const run = (frames: readonly TestFrame[], decoders: readonly Decoder[] = [toy]) => decodeFrames(frames, decoders);
const asked = (r: ReturnType<typeof run>) =>
  r.of('command').map((s) => `${s.what.operation}=${s.what.object} ${s.what.outcome}`);

/** A handshake and three questions with their answers. */
const talk = (port = 7000): { wire: Wire; connection: Connection } => {
  const wire = new Wire();
  const connection = new Connection(wire, client, server, 40000, port);
  connection.open(T0);
  for (let i = 1; i <= 3; i++) {
    connection.send(T0 + i * 10_000, true, q(i, `tank${i}`));
    connection.send(T0 + i * 10_000 + 2_000, false, a(i, `level${i}`));
  }
  connection.close(T0 + 60_000);
  return { wire, connection };
};
const ALL = ['tank1=level1 accepted', 'tank2=level2 accepted', 'tank3=level3 accepted'];

describe('TCP', () => {
  it('pairs requests with responses and reports the flow', () => {
    const r = run(talk().wire.sorted());
    expect(asked(r)).toEqual(ALL);
    expect(r.flows).toHaveLength(1);
    const [flow] = r.flows;
    expect(flow).toMatchObject({
      transport: 'tcp',
      service: 'toy',
      clientPort: 40000,
      serverPort: 7000,
      tcpState: 'closed',
      undecodedBytes: 0,
      missingBytes: 0,
      retransmissions: 0,
    });
    expect(r.endpoints.get(flow!.client)).toMatchObject({ ip: '10.0.0.1', mac: '02:00:00:00:00:01' });
    expect(r.health).toMatchObject({ conversations: 1, oneWay: 0, duplicates: 0, ackUnseen: 0 });
  });

  it('tells no text whose name says that it is a secret; numbers, and names that only sound like it, are told', () => {
    const says: Decoder<Toy, undefined> = {
      ...toy,
      observe(t, sink) {
        const path = t.request?.text ?? '';
        const value = t.response?.text === 'level2' ? 2 : 'hunter2';
        const target = t.at.server;
        sink.command(t.at, { verb: 'write', operation: 'Write', target, object: path, value, outcome: 'accepted' });
        sink.value(t.at, { target, path, type: 'text', value, access: 'write' });
      },
    };
    const wire = new Wire();
    const c = new Connection(wire, client, server, 40000, 7000);
    c.open(T0);
    for (const [i, name] of ['wifi/password', 'password', 'bypass'].entries()) {
      c.send(T0 + i * 10_000 + 1_000, true, q(i + 1, name));
      c.send(T0 + i * 10_000 + 2_000, false, a(i + 1, `level${i + 1}`));
    }
    const r = run(wire.sorted(), [says]);
    const told = ['(masked)', 2, 'hunter2'];
    expect(r.of('command').map((s) => s.what.value)).toEqual(told);
    expect(r.of('value').map((s) => s.what.value)).toEqual(told);
  });

  it('recognises the protocol on any port, by content', () => {
    expect(asked(run(talk(12345).wire.sorted()))).toEqual(ALL);
  });

  it('joins PDUs split at every octet, and separates pipelined ones', () => {
    const wire = new Wire();
    const c = new Connection(wire, client, server, 40000, 7000);
    c.open(T0);
    const all = Uint8Array.from([...q(1, 'tank1'), ...q(2, 'tank2'), ...q(3, 'tank3')]);
    for (const [i, octet] of all.entries()) c.segment(T0 + 10_000 + i * 100, true, ACK, [octet]);
    c.send(T0 + 90_000, false, Uint8Array.from([...a(1, 'level1'), ...a(2, 'level2'), ...a(3, 'level3')]));
    const r = run(wire.sorted());
    expect(asked(r)).toEqual(ALL);
    // The PDU began in an earlier frame than the one that completed it.
    expect(r.messages[0]!.frame).toBe(3 + 8);
  });

  it('recognises a protocol after a long answer whose beginning was not seen', () => {
    const wire = new Wire();
    const c = new Connection(wire, client, server, 40000, 7000);
    // No handshake: the capture begins in the middle of a download that the toy does not know.
    for (let i = 0; i < 600; i++)
      c.segment(
        T0 + i * 100,
        false,
        ACK,
        Array.from({ length: 40 }, () => 0x80),
      );
    for (let i = 1; i <= 3; i++) {
      c.send(T0 + 100_000 + i * 10_000, true, q(i, `tank${i}`));
      c.send(T0 + 100_000 + i * 10_000 + 2_000, false, a(i, `level${i}`));
    }
    expect(asked(run(wire.sorted()))).toEqual(ALL);
  });

  it('recognises a protocol that shows itself late, in segments of one octet, and asks no more where it never does', () => {
    let asks = 0;
    const late = (octets: number): Decoder<Toy, undefined> => ({
      ...toy,
      probe: (b, start, end, context) => {
        asks++;
        return end - start < octets ? 'more' : toy.probe(b, start, end, context);
      },
    });
    const wire = new Wire();
    const c = new Connection(wire, client, server, 40000, 7000);
    c.open(T0);
    const text = 'x'.repeat(180);
    for (const [i, octet] of q(1, text).entries()) c.segment(T0 + 10_000 + i * 100, true, ACK, [octet]);
    c.send(T0 + 90_000, false, a(1, 'level1'));
    expect(asked(run(wire.sorted(), [late(150)]))).toEqual([`${text}=level1 accepted`]);
    const endless = new Wire();
    const e = new Connection(endless, client, server, 40001, 7000);
    e.open(T0);
    for (let i = 0; i < 200; i++) e.send(T0 + 10_000 + i * 100, true, new Uint8Array(1000).fill(0x51));
    asks = 0;
    expect(asked(run(endless.sorted(), [late(1_000_000)]))).toEqual([]);
    expect(asks).toBeLessThan(60);
  });

  it('recognises a protocol on any port whose header comes in a segment of its own, and octet by octet', () => {
    for (const cuts of [[2], [1, 2, 3, 4, 5]]) {
      const wire = new Wire();
      const c = new Connection(wire, client, server, 40000, 9123);
      c.open(T0);
      const question = q(1, 'tank1');
      const ends = [...cuts, question.length];
      for (const [i, end] of ends.entries())
        c.segment(T0 + 10_000 + i * 100, true, ACK | PSH, question.slice(i === 0 ? 0 : ends[i - 1]!, end));
      c.send(T0 + 90_000, false, a(1, 'level1'));
      expect(asked(run(wire.sorted())), `cut at ${cuts}`).toEqual(['tank1=level1 accepted']);
    }
  });

  it('does not keep for a protocol what was said before it began: a proxy was asked for the way', () => {
    const wire = new Wire();
    const c = new Connection(wire, client, server, 40000, 9123);
    c.open(T0);
    // Another decoder takes the octets for a beginning.
    const waits: Decoder<Toy, undefined> = {
      ...toy,
      name: 'early',
      attach: [{ over: 'tcp', ports: [7001] }],
      probe: (b, start, end) => (b[start] === 5 && end - start < 12 ? 'more' : 'no'),
    };
    const fives = (n: number): Uint8Array => new Uint8Array(n).fill(5);
    c.send(T0 + 10_000, true, fives(3));
    c.send(T0 + 11_000, false, fives(2));
    c.send(T0 + 12_000, true, fives(6));
    c.send(T0 + 13_000, false, fives(4));
    c.send(T0 + 14_000, true, q(1, 'tank1'));
    c.send(T0 + 15_000, false, a(1, 'level1'));
    expect(asked(run(wire.sorted(), [waits, toy]))).toEqual(['tank1=level1 accepted']);
  });

  it('puts segments that overtook each other back in order', () => {
    const wire = new Wire();
    const c = new Connection(wire, client, server, 40000, 7000);
    c.open(T0);
    for (let i = 1; i <= 3; i++) c.segment(T0 + 10_000 + i, true, ACK | PSH, q(i, `tank${i}`));
    const frames = [...wire.sorted()];
    c.send(T0 + 20_000, false, Uint8Array.from([...a(1, 'level1'), ...a(2, 'level2'), ...a(3, 'level3')]));
    const answers = wire.sorted().slice(frames.length);
    for (const order of [
      [3, 5, 4],
      [4, 3, 5],
      [5, 4, 3],
      [5, 3, 4],
    ]) {
      const mixed = order.map((k, i) => ({ ...frames[k]!, tsUs: frames[3 + i]!.tsUs }));
      const r = run([...frames.slice(0, 3), ...mixed, ...answers]);
      expect(asked(r)).toEqual(ALL);
      expect(r.health.missingBytes).toBe(0);
    }
  });

  it('counts a retransmission once, and only fresh octets of an overlapping one', () => {
    const { wire } = talk();
    const frames = [...wire.sorted()];
    const first = frames.findIndex((f) => f.bytes.length > 60);
    const again = { ...frames[first]!, tsUs: frames[first]!.tsUs + 7_000, bytes: frames[first]!.bytes.slice() };
    again.bytes[18] = 0x77; // another IP identification: sent again, not mirrored twice
    again.bytes.set([0, 0], 24);
    const sum = checksum(again.bytes.subarray(14, 34));
    again.bytes.set([sum >> 8, sum & 255], 24);
    const r = run([...frames.slice(0, first + 2), again, ...frames.slice(first + 2)]);
    expect(asked(r)).toEqual(ALL);
    expect(r.flows[0]!.retransmissions).toBe(1);
  });

  it('reads what the receiver takes, not the other story told before it under a wrong checksum', () => {
    const wire = new Wire();
    const c = new Connection(wire, client, server, 40000, 7000);
    c.open(T0);
    // Octets 24 and 25 of the frame are the sum of the IP header, 50 and 51 that of TCP.
    for (const [n, octet] of [24, 50].entries()) {
      const seq = c.clientSeq;
      c.segment(T0 + 10_000 * (n + 1), true, ACK | PSH, q(n, 'quiet'));
      wire.frames.at(-1)!.bytes[octet]! ^= 0x5a;
      c.clientSeq = seq;
      c.segment(T0 + 10_000 * (n + 1) + 500, true, ACK | PSH, q(n, 'write'));
      c.segment(T0 + 10_000 * (n + 1) + 900, false, ACK | PSH, a(n, 'done'));
    }
    const r = run(wire.sorted());
    expect(asked(r)).toEqual(['write=done accepted', 'write=done accepted']);
    expect(r.of('weird').map((w) => w.what.code)).toEqual(['tcp.wrong-checksum', 'tcp.wrong-checksum']);
  });

  it('reads a client whose checksums are all wrong: its network card fills them in later', () => {
    const { wire } = talk();
    const frames = wire.sorted().map((f) => {
      const bytes = f.bytes.slice();
      bytes[50]! ^= 0x5a;
      return { ...f, bytes };
    });
    expect(asked(run(frames))).toEqual(ALL);
  });

  it('goes on after a lost segment, and counts what is missing', () => {
    const frames = talk()
      .wire.sorted()
      .filter((f) => !Buffer.from(f.bytes).includes('tank2'));
    const r = run(frames);
    expect(asked(r)).toEqual(['tank1=level1 accepted', '(not seen)=level2 unseen', 'tank3=level3 accepted']);
    expect(r.health.missingBytes).toBe(q(2, 'tank2').length);
  });

  it('does not call a request unanswered when its answer may have been lost', () => {
    const frames = talk()
      .wire.sorted()
      .filter((f) => !Buffer.from(f.bytes).includes('level2'));
    expect(asked(run(frames))).toContain('tank2=(none) unseen');
  });

  it('calls a request unanswered when both directions are visible and nothing came', () => {
    const wire = new Wire();
    const c = new Connection(wire, client, server, 40000, 7000);
    c.open(T0);
    c.send(T0 + 10_000, true, q(1, 'tank1'));
    c.send(T0 + 20_000_000, true, q(2, 'tank2'));
    c.send(T0 + 20_010_000, false, a(2, 'level2'));
    expect(asked(run(wire.sorted())).sort()).toEqual(['tank1=(none) unanswered', 'tank2=level2 accepted']);
  });

  it('starts in the middle of a connection', () => {
    const r = run(talk().wire.sorted().slice(3));
    expect(asked(r)).toEqual(ALL);
    expect(r.endpoints.get(r.flows[0]!.server).ip).toBe('10.0.0.2');
  });

  it('says "not seen" where one direction is missing', () => {
    const r = run(
      talk()
        .wire.sorted()
        .filter((f) => f.bytes[29] === 1),
    );
    expect(asked(r)).toEqual(['tank1=(none) unseen', 'tank2=(none) unseen', 'tank3=(none) unseen']);
    expect(r.health.oneWay).toBe(1);
    const other = run(
      talk()
        .wire.sorted()
        .filter((f) => f.bytes[29] === 2),
    );
    expect(asked(other)).toEqual(['(not seen)=level1 unseen', '(not seen)=level2 unseen', '(not seen)=level3 unseen']);
  });

  it('starts a new flow when the ports are used again', () => {
    const wire = new Wire();
    for (const [t, isn] of [
      [T0, 1],
      [T0 + 1_000_000, 99_999],
    ] as const) {
      const c = new Connection(wire, client, server, 40000, 7000, isn);
      c.open(t);
      c.send(t + 1000, true, q(1, 'tank1'));
      c.send(t + 2000, false, a(1, 'level1'));
      c.close(t + 3000);
    }
    const r = run(wire.sorted());
    expect(r.flows).toHaveLength(2);
    expect(asked(r)).toEqual([ALL[0], ALL[0]]);
  });

  it('survives cutting each frame at each octet', () => {
    const frames = talk().wire.sorted();
    for (let cut = 0; cut < 75; cut++) {
      const r = run(frames.map((f) => ({ ...f, bytes: f.bytes.slice(0, cut), wire: f.bytes.length })));
      expect(r.health.frames).toBe(frames.length);
      expect(r.of('weird')).toEqual([]);
    }
  });
});

describe('the same frame twice', () => {
  it('counts once, whatever mirrored it', () => {
    const frames = talk().wire.sorted();
    const r = run(frames.flatMap((f) => [f, { ...f, tsUs: f.tsUs + 3 }]));
    expect(asked(r)).toEqual(ALL);
    expect(r.health.duplicates).toBe(frames.length);
    expect(r.flows[0]!.clientPackets).toBe(run(frames).flows[0]!.clientPackets);
    expect(r.flows[0]!.retransmissions).toBe(0);
  });

  it('counts once on both sides of a router', () => {
    const frames = talk().wire.sorted();
    const routed = frames.flatMap((f) => {
      const copy = f.bytes.slice();
      copy[5] = 0x77; // next hop's MAC address
      copy[22]!--; // TTL, one hop further
      return [f, { tsUs: f.tsUs + 40, bytes: copy }];
    });
    const r = run(routed);
    expect(asked(r)).toEqual(ALL);
    expect(r.health.routedCopies).toBe(frames.length);
  });

  it('counts once on both sides of an address translator, and fills what one side lost', () => {
    const frames = talk().wire.sorted();
    const outside: Host = { mac: '02:00:00:00:00:99', ip: '192.168.7.7' };
    const translated = frames.map((f) => {
      const b = f.bytes.slice();
      const fromClient = b[29] === 1;
      b.set([192, 168, 7, 7], fromClient ? 26 : 30);
      b[22]!--;
      return { tsUs: f.tsUs + 400, bytes: b };
    });
    expect(outside.ip).toBe('192.168.7.7');
    const merged = frames
      .filter((f) => !Buffer.from(f.bytes).includes('tank2'))
      .concat(translated.filter((f) => !Buffer.from(f.bytes).includes('level3')))
      .sort((x, y) => x.tsUs - y.tsUs);
    const r = run(merged);
    expect(asked(r)).toEqual(ALL);
    expect(r.of('alias')).toHaveLength(1);
    const alias = r.of('alias')[0]!.what;
    expect(r.endpoints.get(alias.client).ip).toBe('192.168.7.7');
    expect(r.endpoints.get(alias.ofClient).ip).toBe('10.0.0.1');
    expect(r.health.translatedCopies).toBe(1);
  });
});

describe('time', () => {
  it('starts a new epoch after a long pause and after a step backwards', () => {
    const frames = talk().wire.sorted();
    const later = frames.map((f) => ({ ...f, tsUs: f.tsUs + 86_400_000_000 }));
    const earlier = frames.map((f) => ({ ...f, tsUs: f.tsUs + 3_600_000_000 }));
    const r = run([...frames, ...later, ...earlier]);
    expect(r.health).toMatchObject({ gapCount: 1, backwardSteps: 1 });
    expect(r.flows).toHaveLength(3);
    expect(asked(r)).toHaveLength(9);
  });

  it('goes round the flows also where new ones begin all the time', () => {
    const wire = new Wire();
    const c = new Connection(wire, client, server, 40000, 7000);
    c.open(T0);
    c.send(T0 + 1_000_000, true, q(1, 'tank1'));
    const seconds = 600;
    for (let s = 0; s < seconds; s++)
      for (const port of [0, 1, 2])
        wire.udp(T0 + s * 1_000_000 + 500_000 + port, client, server, 10_000 + s * 3 + port, 9999, [1, 2, 3, 4]);
    const r = new Run({ decoders: [toy] });
    r.pipeline.handle(batchOf(wire.sorted()));
    // The request timed out after ten seconds, UDP flows end when they were idle for three minutes: the round adds ten or so.
    expect(asked(r)).toEqual(['tank1=(none) unanswered']);
    const { flows } = r.pipeline.decoding;
    expect(flows.total).toBe(1 + 3 * seconds);
    expect(flows.active).toBeLessThanOrEqual(1 + 3 * (180 + 25));
    expect(flows.top).toBeLessThanOrEqual(1 + 3 * (180 + 25));
    r.pipeline.finish();
    expect(r.flows).toHaveLength(1 + 3 * seconds);
  });
});

describe('an active flow, which the sweep need not look at in every round', () => {
  /** A connection that is answered for twenty seconds, then `act`, with a clock of other frames up to `seconds`. */
  const follow = (seconds: number, act: (c: Connection, tsUs: number) => void) => {
    const wire = new Wire();
    const c = new Connection(wire, client, server, 40000, 7000);
    c.open(T0);
    for (let i = 0; i < 20; i++) {
      c.send(T0 + i * 1_000_000 + 10_000, true, q(i, 'tank'));
      c.send(T0 + i * 1_000_000 + 20_000, false, a(i, 'level'));
    }
    act(c, T0 + 20_000_000);
    for (let s = 0; s < seconds; s++)
      wire.udp(T0 + s * 1_000_000 + 500_000, client, server, 10_000, 9999, [1, 2, 3, 4]);
    const r = new Run({ decoders: [toy] });
    r.pipeline.handle(batchOf(wire.sorted()));
    return { r, flows: r.pipeline.decoding.flows };
  };

  it('is looked at when a request waits', () => {
    // Ten seconds until it is overdue, and a round of ten.
    const { r } = follow(42, (c, t) => c.send(t, true, q(99, 'late')));
    expect(asked(r)).toContain('late=(none) unanswered');
  });

  it('is looked at when a segment waits for one that never comes', () => {
    const { r } = follow(42, (c, t) => {
      c.clientSeq += 10;
      c.segment(t, true, ACK | PSH, q(99, 'behind a hole'));
    });
    expect(r.of('weird').map((w) => w.what.code)).toContain('tcp.octets-missing');
  });

  it.each([
    ['closed', (c: Connection, t: number) => c.close(t)],
    ['reset', (c: Connection, t: number) => c.segment(t, false, RST | ACK)],
  ])('ends soon when it is %s', (state, act) => {
    const { r } = follow(38, act);
    expect(r.flows.filter((f) => f.final)).toMatchObject([{ tcpState: state, service: 'toy' }]);
  });

  it('reports every minute', () => {
    const { r } = follow(75, () => undefined);
    expect(r.of('flow').filter((f) => f.what.service === 'toy')).toHaveLength(1);
  });
});

describe('below TCP', () => {
  const payload = udp(client, server, 40000, 7000, q(1, 'tank1'));
  const back = udp(server, client, 7000, 40000, a(1, 'level1'));
  const question = ipv4(client, server, 17, payload, 1);
  const answer = ipv4(server, client, 17, back, 2);
  const frame = (bytes: Uint8Array, tsUs = T0, linkType = 1): TestFrame => ({ tsUs, bytes, linkType });
  const eth = (inner: Uint8Array, head: number[], toServer: boolean) =>
    Uint8Array.from([
      ...(toServer ? [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1] : [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]),
      ...head,
      ...inner,
    ]);
  const pair = (wrap: (inner: Uint8Array, toServer: boolean) => Uint8Array, linkType = 1) => [
    frame(wrap(question, true), T0, linkType),
    frame(wrap(answer, false), T0 + 1000, linkType),
  ];
  const TANK1 = ['tank1=level1 accepted'];

  it.each<[string, (inner: Uint8Array, toServer: boolean) => Uint8Array, number, Record<string, unknown>]>([
    ['Ethernet II', (i, s) => eth(i, [0x08, 0x00], s), 1, { vlan: 0 }],
    ['802.1Q', (i, s) => eth(i, [0x81, 0x00, 0x00, 0x0a, 0x08, 0x00], s), 1, { vlan: 10 }],
    ['priority tag', (i, s) => eth(i, [0x81, 0x00, 0xc0, 0x00, 0x08, 0x00], s), 1, { vlan: 0 }],
    [
      'QinQ',
      (i, s) => eth(i, [0x88, 0xa8, 0x00, 0x64, 0x81, 0x00, 0x00, 0x0a, 0x08, 0x00], s),
      1,
      { vlan: 100, innerVlan: 10 },
    ],
    ['MPLS', (i, s) => eth(i, [0x88, 0x47, 0x00, 0x01, 0x01, 0x40], s), 1, { vlan: 0 }],
    ['PPPoE', (i, s) => eth(i, [0x88, 0x64, 0x11, 0, 0, 1, 0, i.length + 2, 0x00, 0x21], s), 1, {}],
    ['HSR', (i, s) => eth(i, [0x89, 0x2f, 0x10, 0x50, 0x00, 0x01, 0x08, 0x00], s), 1, {}],
    ['802.2 SNAP', (i, s) => eth(i, [0x00, i.length + 8, 0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00], s), 1, {}],
    ['raw IP', (i) => i, 101, {}],
    ['BSD null', (i) => Uint8Array.from([2, 0, 0, 0, ...i]), 0, {}],
    ['loopback', (i) => Uint8Array.from([0, 0, 0, 2, ...i]), 108, {}],
    [
      'Linux cooked',
      (i, s) => Uint8Array.from([0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, s ? 1 : 2, 0, 0, 8, 0, ...i]),
      113,
      {},
    ],
    [
      'Linux cooked 2',
      (i, s) => Uint8Array.from([8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, s ? 1 : 2, 0, 0, ...i]),
      276,
      {},
    ],
  ])('reads %s', (_, wrap, linkType, place) => {
    const r = run(pair(wrap, linkType));
    expect(asked(r)).toEqual(TANK1);
    expect(r.endpoints.get(r.flows[0]!.client)).toMatchObject({ ip: '10.0.0.1', ...place });
  });

  const vtepA: Host = { mac: '02:00:00:00:01:01', ip: '172.16.0.1' };
  const vtepB: Host = { mac: '02:00:00:00:01:02', ip: '172.16.0.2' };
  const outer = (protocol: number, inner: number[], toServer: boolean) => {
    const [s, d] = toServer ? [vtepA, vtepB] : [vtepB, vtepA];
    return ethernet(d.mac, s.mac, 0x0800, ipv4(s, d, protocol, inner, 7));
  };
  const inside = (i: Uint8Array, s: boolean) => [...eth(i, [0x08, 0x00], s)];
  it.each<[string, (inner: Uint8Array, toServer: boolean) => Uint8Array, string | undefined]>([
    ['GRE', (i, s) => outer(47, [0, 0, 8, 0, ...i], s), 'gre 172.16.0.1 172.16.0.2'],
    ['GRE with a key', (i, s) => outer(47, [0x20, 0, 8, 0, 0, 0, 0, 5, ...i], s), 'gre 5'],
    ['ERSPAN I', (i, s) => outer(47, [0, 0, 0x88, 0xbe, ...inside(i, s)], s), undefined],
    [
      'ERSPAN II',
      (i, s) => outer(47, [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 1, 0, 0, 0, 0, ...inside(i, s)], s),
      undefined,
    ],
    [
      'ERSPAN III',
      (i, s) => outer(47, [0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, ...inside(i, s)], s),
      undefined,
    ],
    [
      'VXLAN',
      (i, s) => {
        const [from, to] = s ? [vtepA, vtepB] : [vtepB, vtepA];
        return outer(17, [...udp(from, to, 55555, 4789, [8, 0, 0, 0, 0, 0, 42, 0, ...inside(i, s)])], s);
      },
      'vxlan 42',
    ],
    ['IP in IP', (i, s) => outer(4, [...i], s), 'ipip 172.16.0.1 172.16.0.2'],
  ])('unwraps %s and keeps the outer identity', (_, wrap, tunnel) => {
    const r = run(pair(wrap));
    expect(asked(r)).toEqual(TANK1);
    const inner = r.flows.find((f) => f.service === 'toy')!;
    expect(r.endpoints.get(inner.client).tunnel).toBe(tunnel);
    expect(r.flows.map((f) => r.endpoints.get(f.client).ip)).toContain('172.16.0.1');
  });

  it('joins IPv4 fragments in any order', () => {
    const long = q(1, 'x'.repeat(100));
    const datagram = udp(client, server, 40000, 7000, long);
    const part = (from: number, to: number, more: boolean) => {
      const packet = ipv4(client, server, 17, datagram.subarray(from, to), 9);
      packet[6] = (more ? 0x20 : 0) | ((from >> 3) >> 8);
      packet[7] = (from >> 3) & 255;
      return packet;
    };
    const parts = [part(0, 40, true), part(40, 80, true), part(80, datagram.length, false)];
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
      [2, 1, 0],
    ]) {
      const r = run([
        ...order.map((k, i) => frame(eth(parts[k]!, [8, 0], true), T0 + i)),
        frame(eth(answer, [8, 0], false), T0 + 1000),
      ]);
      expect(asked(r)).toEqual([`${'x'.repeat(100)}=level1 accepted`]);
    }
  });

  it('reads IPv6 with extension headers', () => {
    const v6 = (src: number, dst: number, inner: Uint8Array) =>
      Uint8Array.from([
        0x60,
        0,
        0,
        0,
        0,
        inner.length + 8,
        0,
        64, // hop-by-hop options follow
        0xfd,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        src,
        0xfd,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        dst,
        17,
        0,
        1,
        4,
        0,
        0,
        0,
        0, // PadN
        ...inner,
      ]);
    const r = run([
      frame(eth(v6(1, 2, payload), [0x86, 0xdd], true)),
      frame(eth(v6(2, 1, back), [0x86, 0xdd], false), T0 + 1000),
    ]);
    expect(asked(r)).toEqual(TANK1);
    expect(r.endpoints.get(r.flows[0]!.client).ip).toBe('fd00::1');
  });

  it('counts the two copies of HSR and PRP once, and takes the trailer of PRP away', () => {
    // Path or LAN, size, sequence number: the copies differ in the first four bits only.
    const hsr = (path: number, i: Uint8Array, s: boolean) =>
      eth(i, [0x89, 0x2f, path << 4, i.length + 6, 0x00, s ? 7 : 9, 0x08, 0x00], s);
    const prp = (lan: number, body: Uint8Array) =>
      ethernet(server.mac, client.mac, 0x9999, [...body, 0x00, 0x07, lan << 4, body.length + 6, 0x88, 0xfb]);
    const r = run([
      frame(hsr(0, question, true), T0),
      frame(hsr(1, question, true), T0 + 40_000),
      frame(hsr(1, answer, false), T0 + 50_000),
      frame(hsr(0, answer, false), T0 + 50_100),
    ]);
    expect(asked(r)).toEqual(TANK1);
    expect(r.health.duplicates).toBe(2);
    const body = q(1, 'tank'.repeat(15));
    const both = run([frame(prp(0xa, body), T0), frame(prp(0xb, body), T0 + 9)]);
    expect(both.health.duplicates).toBe(1);
    expect(both.messages.length).toBe(1);
    // A size that is not the frame's: no trailer.
    const chance = prp(0xa, body);
    chance[chance.length - 3]!--;
    expect(run([frame(chance, T0), frame(chance.slice(), T0 + 9000)]).health.duplicates).toBe(0);
  });

  it('hands L2 protocols over without padding guesses', () => {
    const r = run([
      frame(ethernet(server.mac, client.mac, 0x9999, q(1, 'tank1'))),
      frame(ethernet(client.mac, server.mac, 0x9999, a(1, 'level1')), T0 + 9),
    ]);
    expect(asked(r)[0]).toBe('tank1=level1 accepted');
    expect(r.flows[0]).toMatchObject({ transport: 'ethernet', service: 'toy' });
  });

  it('counts broadcasts for the question of the mirror port, but not the talk of devices by group addresses', () => {
    const group = '01:0c:cd:01:00:01';
    const sent = [0x0806, 0x88b8, 0x88ba, 0x88a4].map((type, i) =>
      frame(ethernet(group, client.mac, type, Uint8Array.of(1, 2, i)), T0 + i * 1_000_000),
    );
    const alone = frame(ethernet(server.mac, client.mac, 0x9999, q(1, 'tank1')), T0 + 9_000_000);
    const { health } = run([...sent, alone]);
    expect([health.broadcastFrames, health.unicastFrames, health.frames]).toEqual([1, 1, 5]);
  });

  it('counts link types it does not know by number', () => {
    const r = run([frame(new Uint8Array(40), T0, 230), frame(new Uint8Array(41), T0 + 1, 230)]);
    expect(r.health.unknownLinkTypes).toEqual([{ linkType: 230, frames: 2 }]);
  });

  it('keeps equal addresses apart by VLAN and by MAC', () => {
    const frames = [10, 20].flatMap((vlan, i) =>
      pair((inner, s) => eth(inner, [0x81, 0x00, 0x00, vlan, 0x08, 0x00], s)).map((f) => ({
        ...f,
        tsUs: f.tsUs + i * 50_000,
      })),
    );
    const r = run(frames);
    expect(r.flows).toHaveLength(2);
    expect(r.endpoints.count).toBe(4);
  });

  it('accounts what nobody decodes by port', () => {
    const w = new Wire();
    w.udp(T0, client, server, 5555, 9999, [1, 2, 3, 4]);
    const r = run(w.sorted());
    expect(r.health.undecoded).toEqual([{ transport: 'udp', port: 9999, packets: 1, bytes: 4 }]);
  });
});

describe('Community ID', () => {
  // Values published with the specification's reference captures.
  it('equals the published values', () => {
    expect(communityId(Uint8Array.of(128, 232, 110, 120), Uint8Array.of(66, 35, 250, 204), 6, 34855, 80)).toBe(
      '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
    );
    expect(communityId(Uint8Array.of(66, 35, 250, 204), Uint8Array.of(128, 232, 110, 120), 6, 80, 34855)).toBe(
      '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
    );
  });
});

describe('bounds', () => {
  it('gives up on a PDU that never ends', () => {
    const endless: Decoder = {
      ...toy,
      probe: () => 'sure',
      decode: (_b, start, end) => ({ kind: 'incomplete', missing: end - start + 1 }),
    } as Decoder;
    const wire = new Wire();
    const c = new Connection(wire, client, server, 40000, 7000);
    c.open(T0);
    for (let i = 0; i < 900; i++) c.segment(T0 + 1000 + i, true, ACK | PSH, new Uint8Array(1400));
    const r = run(wire.sorted(), [endless]);
    expect(r.health.limits.find((l) => l.limit === 'pdu-bytes')).toBeDefined();
  });

  it('keeps no more of all streams together than it says', () => {
    const endless: Decoder = {
      ...toy,
      probe: () => 'sure',
      decode: (_b, start, end) => ({ kind: 'incomplete', missing: end - start + 1 }),
    } as Decoder;
    const frames: TestFrame[] = [];
    // 3,000 connections with 40,000 octets of an unfinished PDU each: 120 MB, where 64 MiB may be kept.
    for (let k = 0; k < 3000; k++) {
      const port = 10_000 + k;
      for (let n = 0; n < 2; n++) {
        const bytes = new Uint8Array(20_000);
        const segment = tcp(client, server, port, 7000, 1000 + n * 20_000, 1, ACK, bytes);
        const packet = ipv4(client, server, 6, segment, (k * 2 + n) & 0xffff);
        frames.push({ tsUs: T0 + k * 10 + n, bytes: ethernet(server.mac, client.mac, 0x0800, packet) });
      }
    }
    const limit = run(frames, [endless]).health.limits.find((l) => l.limit === 'stream-bytes');
    expect(limit?.dropped).toBeGreaterThan(20_000_000);
  });

  it('holds no more early segments than it says', () => {
    const wire = new Wire();
    const c = new Connection(wire, client, server, 40000, 7000);
    c.open(T0);
    const frames = [...wire.sorted()];
    for (let i = 0; i < 500; i++) {
      const segment = tcp(
        client,
        server,
        40000,
        7000,
        (c.clientSeq + 1000 + i * 10) >>> 0,
        c.serverSeq,
        ACK,
        new Uint8Array(5),
      );
      frames.push({
        tsUs: T0 + 1000 + i,
        bytes: ethernet(server.mac, client.mac, 0x0800, ipv4(client, server, 6, segment, i + 5)),
      });
    }
    const r = run(frames);
    expect(r.health.missingBytes).toBeGreaterThan(1000);
    expect(SYN).toBe(2);
  });
});
