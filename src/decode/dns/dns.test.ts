import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, costUs, down, drive, hostile, join, sameInPieces, up } from '../../../test/decoding.ts';
import { flowsOf } from '../../../test/flows.ts';
import { describeShared, sharedCapture, sharedPath } from '../../../test/shared.ts';
import { dns, llmnr, mdns } from './index.ts';
import { encodeName } from './name.ts';
import { reverseAddress } from './observe.ts';
import { decodeDns, encodeDns, TYPE, typeName } from './wire.ts';

const query = bytesOf(`
  1a2b          # id
  0100          # flags: query, recursion desired
  0001 0000 0000 0000 # one question
  04 68697374   # hist
  05 706c616e74 # plant
  00
  0001 0001     # A, IN`);
const answer = bytesOf(`
  1a2b          # id
  8580          # response, authoritative, RD, RA, NOERROR
  0001 0002 0000 0001
  04 68697374 05 706c616e74 00 0001 0001
  c00c 0005 0001 00000e10 0008 # CNAME, 3600 s, 8 octets
  05 6e6f646531 c011            # node1.plant by pointer to "plant"
  c028 0001 0001 00000e10 0004 0a000105 # node1.plant A 10.0.1.5
  00 0029 1000 00000000 0000    # OPT, 4096 octets of UDP payload`);
const tcp = (message: Uint8Array) => join(Uint8Array.of(message.length >> 8, message.length & 255), message);
const udp53 = { carrier: 'udp', serverPort: 53 };

describe('dns', () => {
  it('pairs a query with its answer and names the address by alias and by own name', () => {
    const run = drive(dns, [up(query), down(answer)], udp53);
    expect(run.messages.map((m) => m.type)).toEqual(['DNS query', 'DNS response']);
    expect(dns.codes?.['answers[].type']?.(5, Number)).toBe('CNAME');
    expect(dns.codes?.['.rcode']?.(3, Number)).toBe('NXDOMAIN');
    expect(dns.codes?.['questions[].type']?.(65280, Number)).toBeUndefined();
    expect(run.messages[1]).toMatchObject({ id: 0x1a2b, authoritative: true, rcode: 0 });
    expect(run.messages[1]?.answers.map((r) => `${r.name} ${typeName(r.type)} ${r.data}`)).toEqual([
      'hist.plant CNAME node1.plant',
      'node1.plant A 10.0.1.5',
    ]);
    expect(run.messages[1]?.additionals[0]).toMatchObject({ type: TYPE.OPT, class: 4096 });
    expect(run.mentioned).toEqual(['10.0.1.5']);
    expect(run.names.map((n) => [n.endpoint, n.kind, n.name])).toEqual([
      [100, 'dns', 'node1.plant'],
      [100, 'dns', 'hist.plant'],
    ]);
    expect(run.commands).toMatchObject([{ verb: 'read', operation: 'DNS query', outcome: 'accepted' }]);
  });

  it('reads the length prefix of TCP however it is cut', () => {
    sameInPieces(dns, [up(join(tcp(query), tcp(query))), down(tcp(answer))], { carrier: 'tcp', serverPort: 53 });
  });

  it('refuses compression loops and pointers forward', () => {
    for (const pointer of ['c00c', 'c00e', 'c0ff']) {
      const loop = bytesOf(`0001 0000 0001 0000 0000 0000 ${pointer} 0001 0001`);
      expect(decodeDns(loop, 0, loop.length)).toMatchObject({ ok: false, code: 'dns.bad-name' });
    }
  });

  it('says on its port that a question has a name without end', () => {
    // From a capture: the pointer at 12 goes to 14, which goes to 12.
    const loop = bytesOf('4a30 0000 0001 0000 0000 0000 c00e c00c c010 c017');
    expect(dns.probe(loop, 0, loop.length, { ...base, serverPort: 53 })).toBe('maybe');
    expect(dns.probe(loop, 0, loop.length, { ...base, serverPort: 5300 })).toBe('no');
    expect(drive(dns, [up(loop)], udp53).malformed).toMatchObject([{ code: 'dns.bad-name' }]);
  });

  it('pairs a question that is asked again with the answer to each, in order', () => {
    const run = drive(dns, [up(query), up(query), down(answer), down(answer)], udp53);
    expect(run.commands.map((c) => c.outcome)).toEqual(['accepted', 'accepted']);
  });

  it('shows a zone transfer and its refusal', () => {
    const ask = encodeDns({ id: 9, questions: [{ name: 'plant.example', type: TYPE.AXFR }] });
    const no = encodeDns({ id: 9, response: true, rcode: 5, questions: [{ name: 'plant.example', type: TYPE.AXFR }] });
    const run = drive(dns, [up(tcp(ask)), down(tcp(no))], { carrier: 'tcp', serverPort: 53 });
    expect(run.commands).toMatchObject([
      { verb: 'discover', object: 'plant.example', outcome: 'refused', reason: 'REFUSED' },
    ]);
  });

  it('turns reverse names into addresses', () => {
    expect(reverseAddress('5.1.0.10.in-addr.arpa')).toBe('10.0.1.5');
    expect(reverseAddress('5.1.0.300.in-addr.arpa')).toBeUndefined();
    const v6 = 'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa';
    expect(reverseAddress(v6)).toBe('2001:db8::567:89ab');
  });

  it('is not fooled by NetBIOS names, and recognises itself on another port', () => {
    const netbios = bytesOf(`9c3a 0110 0001 0000 0000 0000 20 ${'41'.repeat(32)} 00 0020 0001`);
    expect(dns.probe(netbios, 0, netbios.length, { ...base, serverPort: 53 })).toBe('no');
    expect(dns.probe(query, 0, query.length, { ...base, serverPort: 5300 })).toBe('sure');
    expect(dns.probe(query, 0, query.length, { ...base, serverPort: 5353 })).toBe('no');
  });

  it('encodes what it decodes', () => {
    const bytes = encodeDns({
      id: 7,
      response: true,
      questions: [{ name: 'plc1.cell', type: TYPE.A }],
      answers: [
        { name: 'plc1.cell', type: TYPE.A, ttl: 60, data: [10, 0, 0, 9] },
        { name: '9.0.0.10.in-addr.arpa', type: TYPE.PTR, ttl: 60, data: encodeName('plc1.cell') },
      ],
    });
    const back = decodeDns(bytes, 0, bytes.length);
    expect(back.ok && back.end).toBe(bytes.length);
    expect(back.ok && back.message.answers.map((r) => r.data)).toEqual(['10.0.0.9', 'plc1.cell']);
  });

  it('stays whole under hostile octets', () => {
    hostile(dns, [[up(query), down(answer)]], udp53);
    hostile(dns, [[up(tcp(query)), down(tcp(answer))]], { carrier: 'tcp', serverPort: 53 });
  });

  it('bounds the records of one message', () => {
    const many = join(bytesOf('0001 8000 0000 ffff 0000 0000'), new Uint8Array(11 * 5000));
    const result = decodeDns(many, 0, many.length);
    expect(result.ok && result.message.answers.length).toBe(200);
    expect(result.ok && result.message.omitted).toBe(0xffff - 200);
  });

  it('costs little', () => {
    const cost = costUs(dns, answer, udp53);
    console.log(`dns answer with 3 records: ${cost.toFixed(3)} us`);
    expect(cost).toBeLessThan(20);
  });
});

const base = {
  ...{ frame: 1, requestFrame: 1, firstFrame: 1, tsUs: 0, requestTsUs: 0, flow: 0, client: 1, server: 2, sender: 1 },
  ...{ receiver: 2, protocol: 'dns', toServer: true, clientPort: 40000, serverPort: 0, carrier: 'udp' },
  ...{ protocolNumber: 0, group: false, afterGap: false },
};

describe('mdns and llmnr', () => {
  it('believes a device that asks for all that it knows at once, and a name server that is asked so not', () => {
    const names = Array.from({ length: 81 }, (_, i) => ({ name: `host${i}.local`, type: TYPE.A }));
    const ask = encodeDns({ id: 0, questions: names });
    const at = (port: number) => contextOf({ carrier: 'udp', serverPort: port, clientPort: port });
    expect(mdns.probe(ask, 0, ask.length, at(5353))).toBe('sure');
    expect(dns.probe(ask, 0, ask.length, at(53))).toBe('no');
    const { messages } = drive(mdns, [up(ask)], { carrier: 'udp', serverPort: 5353, clientPort: 5353 });
    expect(messages[0]!.questions.map((q) => q.name)).toEqual(names.map((q) => q.name));
  });
  const service = bytesOf(`
    0000 8400 0000 0002 0000 0001 # response, authoritative
    06 74686572 6d6f              # thermo
    05 5f687474 70 04 5f746370 05 6c6f63616c 00 # _http._tcp.local
    0021 8001 00000078 000b 0000 0000 0050      # SRV, flush, 120 s, port 80
    02 7432 c01e                  # t2.local
    c00c 0010 8001 00001194 0019
    0c 6d6f64656c3d58542d323030   # model=XT-200
    0b 76656e646f723d41636d65     # vendor=Acme
    c035 0001 8001 00000078 0004 0a000007`);
  it('takes a service announcement as the sender describing itself', () => {
    const run = drive(mdns, [up(service)], { carrier: 'udp', serverPort: 5353, clientPort: 5353, group: true });
    expect(run.malformed).toEqual([]);
    expect(run.identities.map((i) => [i.endpoint, i.attribute, i.value])).toEqual([
      [1, 'hostname', 't2.local'],
      [1, 'model', 'XT-200'],
      [1, 'vendor', 'Acme'],
    ]);
    expect(run.names.map((n) => [n.endpoint, n.name])).toContainEqual([100, 't2.local']);
  });
  it('shows an enumeration of all services as discovery', () => {
    const ask = encodeDns({ id: 0, questions: [{ name: '_services._dns-sd._udp.local', type: TYPE.PTR }] });
    const run = drive(mdns, [up(ask)], { carrier: 'udp', serverPort: 5353, clientPort: 5353, group: true });
    expect(run.commands).toMatchObject([{ verb: 'discover', outcome: 'unconfirmed' }]);
  });
  it('learns a host name from an LLMNR answer, not from the question', () => {
    const q = encodeDns({ id: 5, questions: [{ name: 'hmi3', type: TYPE.A }] });
    expect(drive(llmnr, [up(q)], { carrier: 'udp', serverPort: 5355 }).identities).toEqual([]);
    const a = encodeDns({
      id: 5,
      response: true,
      answers: [{ name: 'hmi3', type: TYPE.A, ttl: 30, data: [10, 1, 1, 3] }],
    });
    const run = drive(llmnr, [down(a)], { carrier: 'udp', serverPort: 5355 });
    expect(run.identities).toMatchObject([{ endpoint: 2, attribute: 'hostname', value: 'hmi3' }]);
  });
  it('stays whole under hostile octets', () => {
    hostile(mdns, [[up(service)]], { carrier: 'udp', serverPort: 5353 });
  });
});

describeShared('dns on real captures', () => {
  it('agrees with Zeek on queries, types and answers of malcolm.DNS', () => {
    const rows = gunzipSync(
      readFileSync(sharedPath('captures/it-background/malcolm.DNS/expected/zeek-3.0.14/dns.log.gz')),
    )
      .toString()
      .split('\n')
      .filter((l) => l !== '' && !l.startsWith('#'))
      .map((l) => l.split('\t'));
    // Zeek prints '-' for the type where it saw only an answer; tunnels put raw octets into names, which both escape their own way.
    const plain = rows.filter(
      (r) => r[13] !== '-' && !r[13]?.startsWith('query-') && /^[ -[\]-~]+$/.test(r[9] ?? '\\'),
    );
    const expected = new Set(
      plain.map((r) => `${r[3]} ${r[7]} ${r[9] === '(empty)' ? '' : r[9]?.toLowerCase()} ${r[13]}`),
    );
    const short = rows.length - plain.length;
    const found = new Set<string>();
    let names = 0;
    for (const flow of flowsOf(sharedCapture('it-background/malcolm.DNS'))) {
      if (![53, 5353, 5355].includes(flow.serverPort)) continue;
      const decoder = flow.serverPort === 53 ? dns : flow.serverPort === 5353 ? mdns : llmnr;
      const run = drive(decoder, flow.parts, {
        carrier: flow.over,
        serverPort: flow.serverPort,
        clientPort: flow.clientPort,
      });
      names += run.names.length;
      for (const m of run.messages)
        for (const q of m.questions)
          found.add(`${flow.clientPort} ${m.id} ${q.name.toLowerCase()} ${typeName(q.type)}`);
    }
    const missing = [...expected].filter((x) => !found.has(x));
    console.log(
      `dns: ${expected.size} queries expected (${short} rows not comparable), ${missing.length} missing`,
      missing,
    );
    expect(expected.size).toBeGreaterThan(300);
    expect(missing).toEqual([]);
    expect(names).toBeGreaterThan(100);
  });
});
