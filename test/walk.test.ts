/**
 * Read this first. One Modbus write to a controller, followed from the octets on the wire to the picture of the site, a
 * stage at a time. Each step uses only what the step before handed on; together they are what `app/pipeline.ts` does.
 * The second walk goes on where the first ends: a station that never wrote here writes, which is a finding, an alert and
 * with what came before a step of an incident. `segment/`, `respond/` and `report/` are not built yet.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { createSiteDetection, NOTHING_STANDING } from '../src/app/detection/keep.ts';
import type { SiteDetection } from '../src/app/detection/site-detection.ts';
import { createSiteRuntime, Pipeline } from '../src/app/pipeline.ts';
import { readCapture } from '../src/capture/reader.ts';
import { pcapHeader, pcapRecord } from '../src/capture/writer.ts';
import type { Decoded, PduContext } from '../src/core/decoder.ts';
import type { FrameBatch } from '../src/core/frame.ts';
import type { SiteModel } from '../src/core/site-model.ts';
import { fill } from '../src/decide/index.ts';
import { modbus } from '../src/decode/modbus/index.ts';
import { KINDS } from '../src/detect/index.ts';
import { createSiteModel } from '../src/observe/index.ts';
import { batchOf, type Run as Driven, octets, Run, type TestFrame, TestSite } from './drive.ts';

/** 14:00:00 UTC on 3 March 2025, microseconds since 1970. */
const T0 = 1_741_010_400_000_000;

/** Ethernet (IEEE 802.3): to the PLC, from the HMI, IPv4. */
const ETHERNET_TO_PLC = '00 80 f4 00 00 02  00 1d 09 00 00 01  08 00';
const ETHERNET_TO_HMI = '00 1d 09 00 00 01  00 80 f4 00 00 02  08 00';

/** The HMI 192.168.1.10 writes 1400 to holding register 40 of unit 1 of the PLC 192.168.1.20. */
const WRITE = `${ETHERNET_TO_PLC}
  45 00 00 34  00 11 40 00  40 06 00 00  c0 a8 01 0a  c0 a8 01 14   # IPv4 (RFC 791): 52 octets, TTL 64, TCP
  c0 00 01 f6  00 00 00 65  00 00 00 c9  50 18 20 00  00 00 00 00   # TCP (RFC 9293): port 49152 to 502, PSH ACK
  00 07  00 00  00 06  01   # MBAP: transaction 7, protocol 0, 6 octets follow, unit 1
  06  00 28  05 78          # Write Single Register, register 40, value 1400`;

/** The PLC repeats the request: done (Modbus Application Protocol 1.1b3 section 6.6). */
const ANSWER = `${ETHERNET_TO_HMI}
  45 00 00 34  00 22 40 00  40 06 00 00  c0 a8 01 14  c0 a8 01 0a
  01 f6 c0 00  00 00 00 c9  00 00 00 71  50 18 20 00  00 00 00 00
  00 07  00 00  00 06  01
  06  00 28  05 78`;

/** The connection begins: SYN, SYN+ACK, ACK. Without it the walk would work too: captures start anywhere. */
const HANDSHAKE = [
  `${ETHERNET_TO_PLC} 45 00 00 28 00 10 40 00 40 06 00 00 c0 a8 01 0a c0 a8 01 14
   c0 00 01 f6 00 00 00 64 00 00 00 00 50 02 20 00 00 00 00 00`,
  `${ETHERNET_TO_HMI} 45 00 00 28 00 21 40 00 40 06 00 00 c0 a8 01 14 c0 a8 01 0a
   01 f6 c0 00 00 00 00 c8 00 00 00 65 50 12 20 00 00 00 00 00`,
  `${ETHERNET_TO_PLC} 45 00 00 28 00 11 40 00 40 06 00 00 c0 a8 01 0a c0 a8 01 14
   c0 00 01 f6 00 00 00 65 00 00 00 c9 50 10 20 00 00 00 00 00`,
];

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe('a Modbus write, from the wire to the picture of the site', () => {
  const frames = [...HANDSHAKE, WRITE, ANSWER].map(octets);
  const capture = Buffer.concat([
    pcapHeader({ linkType: 1 }),
    ...frames.map((bytes, i) => pcapRecord({ tsUs: T0 + i * 1_000, bytes }, { linkType: 1 })),
  ]);
  const site = new TestSite();
  let run: Driven;
  beforeAll(async () => {
    run = await new Run({ source: 'walk' }, site).events(readCapture(streamOf(new Uint8Array(capture))));
  });
  const hmi = () => site.model.assets().find((a) => a.ips.includes('192.168.1.10'))!;
  const plc = () => site.model.assets().find((a) => a.ips.includes('192.168.1.20'))!;

  it('1. capture/ reads the file: five frames in one batch, each with its time, its length and its place', async () => {
    const batches: Pick<FrameBatch, 'firstFrame' | 'count'>[] = [];
    for await (const event of readCapture(streamOf(new Uint8Array(capture)))) {
      if (event.kind !== 'frames') continue;
      batches.push({ firstFrame: event.firstFrame, count: event.count });
      expect(event.tsUs[3]).toBe(T0 + 3_000);
      expect(event.captured[3]).toBe(66);
      // Behind the file's header, three records of 54 octets with their headers, and this record's own header.
      expect(event.offset[3]).toBe(24 + 3 * (16 + 54) + 16);
    }
    expect(batches).toEqual([{ firstFrame: 1, count: 5 }]);
  });

  it('2. decode/ finds the flow: who is client, who is server, and how much went each way', () => {
    const [flow] = run.flows;
    expect(run.flows).toHaveLength(1);
    expect(flow).toMatchObject({ transport: 'tcp', clientPort: 49152, serverPort: 502, service: 'modbus' });
    expect([run.textOf(flow!.client), run.textOf(flow!.server)]).toEqual(['192.168.1.10', '192.168.1.20']);
    expect([flow!.clientPackets, flow!.serverPackets]).toEqual([3, 2]);
  });

  it('3. decode/modbus/wire turns octets into a message', () => {
    const pdu = octets('00 07 00 00 00 06 01 06 00 28 05 78');
    const context = { toServer: true, serverPort: 502, carrier: 'tcp' } as PduContext;
    expect(modbus.probe(pdu, 0, pdu.length, context)).toBe('sure');
    const decoded: Decoded = modbus.decode(pdu, 0, pdu.length, context, modbus.open() as never);
    expect(decoded).toMatchObject({ kind: 'message', consumed: 12 });
    // The same message came out of the capture, in frame 4, and its answer in frame 5.
    expect(run.messages.map((m) => [m.frame, m.decoder, m.message.type])).toEqual([
      [4, 'modbus', 'Write Single Register request'],
      [5, 'modbus', 'Write Single Register response'],
    ]);
  });

  it('4. decode/ pairs request and answer, and decode/modbus/observe says it in the common vocabulary', () => {
    const [said] = run.of('command');
    expect(run.of('command')).toHaveLength(1);
    expect(said!.what).toMatchObject({ verb: 'write', operation: 'Write Single Register', outcome: 'accepted' });
    expect(said!.what.value).toBe(1400);
    // The evidence: asked in frame 4, answered in frame 5.
    expect(said!.at).toMatchObject({ requestFrame: 4, frame: 5, protocol: 'modbus' });
    // Addressed is the unit behind the server's address, not just the address.
    expect(run.textOf(said!.what.target)).toBe('192.168.1.20 1');
  });

  it('5. observe/ knows two devices, what they do, and from which frames', () => {
    expect(site.model.assets().filter((a) => a.kind === 'device')).toHaveLength(2);
    expect(plc()).toMatchObject({ macs: ['00:80:f4:00:00:02'], served: ['modbus'] });
    expect(hmi()).toMatchObject({ macs: ['00:1d:09:00:00:01'], spoken: ['modbus'] });
    for (const fact of site.model.facts(plc().id))
      for (const e of fact.evidence)
        expect(e).toMatchObject({ source: 'walk', frame: expect.toBeOneOf([1, 2, 3, 4, 5]) });
  });

  it('6. the command is a row of the site that leads back to octets of the capture', () => {
    const [row] = site.model.commands();
    expect(row).toMatchObject({
      verb: 'write',
      object: 'holding registers 40',
      value: 1400,
      outcome: 'accepted',
      count: 1,
    });
    const [evidence] = row!.evidence;
    expect(evidence).toMatchObject({ source: 'walk', frame: 4 });
    expect(new Uint8Array(capture.subarray(evidence!.offset, evidence!.offset + 66))).toEqual(octets(WRITE));
  });

  it('7. the register is a point of the process, last written by the HMI', () => {
    const point = site.model.points().rows.find((p) => p.path.includes('40'))!;
    expect(point).toMatchObject({ value: 1400, writes: 1, protocol: 'modbus' });
    expect(site.model.assetOf(point.lastWriter)).toBe(hmi().id);
  });

  it('8. who controls whom: the HMI writes to the PLC', () => {
    expect(site.model.control()).toEqual([
      expect.objectContaining({ client: hmi().id, target: plc().id, verbs: { write: 1 }, accepted: 1, refused: 0 }),
    ]);
  });
});

describe('the same write by a station that never wrote here, from the wire to what people are asked', () => {
  const HOUR_US = 3_600_000_000;
  /** The same octets from 192.168.1.<host>, with its own port and transaction. */
  const written = (host: number, transaction: number, tsUs: number): TestFrame[] =>
    [WRITE, ANSWER].map((text, i) => {
      const bytes = octets(text);
      bytes.set([host], i === 0 ? 29 : 33);
      bytes.set([host], i === 0 ? 11 : 5);
      // Sequence numbers go on by 12 octets a message, so that each is new data of one connection.
      const view = new DataView(bytes.buffer);
      view.setUint32(38, (i === 0 ? 101 : 201) + transaction * 12);
      view.setUint32(42, (i === 0 ? 201 : 113) + transaction * 12);
      view.setUint16(54, transaction);
      return { tsUs: tsUs + i * 1000, bytes };
    });
  let detection: SiteDetection;
  let model: SiteModel;
  beforeAll(() => {
    const runtime = createSiteRuntime((endpoints) => {
      model = createSiteModel({ endpoints });
      detection = createSiteDetection(model, endpoints, NOTHING_STANDING);
      return detection.sink;
    });
    const pipeline = new Pipeline({ source: 'walk', site: runtime });
    // The HMI writes every minute for 26 hours; then 192.168.1.66 does, twice.
    const frames: TestFrame[] = [];
    for (let minute = 0; minute < 26 * 60; minute++) frames.push(...written(10, minute, T0 + minute * 60_000_000));
    frames.push(...written(66, 0, T0 + 26 * HOUR_US), ...written(66, 1, T0 + 26 * HOUR_US + 5_000_000));
    frames.push(...written(10, 26 * 60, T0 + 26 * HOUR_US + 60_000_000));
    pipeline.handle(batchOf(frames));
    pipeline.finish();
    detection.collect();
  });
  const naming = {
    endpoint: (id: number) => model.asset(model.assetOf(id) ?? '')?.name ?? String(id),
    point: (id: number) => model.point(id)?.path ?? '',
    protocol: (name: string) => name,
    time: (us: number) => new Date(us / 1000).toISOString(),
  };

  it('9. detect/ learned for a day who writes, and states that somebody else does', () => {
    expect(detection.detection.phase).toBe('watching');
    const finding = detection.triage.findings().find((f) => f.kind === 'new-writer')!;
    expect(finding).toMatchObject({ protocol: 'modbus', verb: 'write' });
    expect(finding.evidence[0]).toMatchObject({ source: 'walk', frame: 26 * 60 * 2 + 1 });
    const kind = KINDS.get(finding.kind)!;
    expect(fill(kind.title, finding, naming)).toContain('192.168.1.66');
    // Nothing about the HMI that always wrote.
    const hmi = model.assets().find((a) => a.ips.includes('192.168.1.10'))!;
    expect(detection.triage.findings().filter((f) => model.assetOf(f.actor) === hmi.id)).toEqual([]);
  });

  it('10. decide/ makes it one alert that says why it stands where it stands', () => {
    const alert = detection.triage.picture().alerts.find((a) => a.lead.kind === 'new-writer')!;
    expect(alert).toMatchObject({ state: 'new', review: '', hit: undefined });
    expect(alert.rank).toBeGreaterThan(0);
    expect(alert.why.length).toBeGreaterThan(1);
  });

  it('11. with a step by which the station was taken it is an incident', () => {
    const writer = detection.triage.findings().find((f) => f.kind === 'new-writer')!;
    const { host } = detection.detection;
    detection.triage.take([
      {
        ...writer,
        id: 'login',
        kind: 'remote-access',
        detector: 'remote-access',
        actor: host(writer.actor) === 1 ? 2 : 1,
        target: writer.actor,
        point: 0,
        points: [],
        firstUs: writer.firstUs - HOUR_US,
        lastUs: writer.firstUs - HOUR_US,
        techniques: ['T0886'],
      },
    ]);
    const [incident] = detection.triage.picture().incidents;
    expect(incident!.steps.map((step) => step.finding.kind)).toContain('new-writer');
    expect(incident!.steps.at(-1)!.because).toMatch(/took/);
  });
});
