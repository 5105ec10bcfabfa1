/** What the site keeps: commands, points, samples, facts, limits; and that it can be stored and restored exactly. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SiteModel, SiteRows } from '../core/site-model.ts';
import { createSiteModel } from './site-model.ts';
import { World } from './testing.ts';

const PLC = '00:1b:1b:00:00:01';
const PC = '00:0c:29:00:00:02';

const pair = (w: World) => ({ pc: w.host(PC, '10.0.0.2'), plc: w.host(PLC, '10.0.0.1') });

describe('commands', () => {
  it('folds reads by operation, without object, and writes by object, with the frames of first and last', () => {
    const w = new World();
    const { pc, plc } = pair(w);
    for (let i = 0; i < 5; i++) w.does(pc, plc, 'modbus', { object: `holding register ${i}` }, i);
    w.does(pc, plc, 'modbus', { verb: 'write', operation: 'Write', object: 'holding register 7', value: 3 }, 6);
    w.does(pc, plc, 'modbus', { verb: 'write', operation: 'Write', object: 'holding register 7', value: 4 }, 7);
    w.does(
      pc,
      plc,
      'modbus',
      { verb: 'write', operation: 'Write', object: 'holding register 8', outcome: 'refused' },
      8,
    );
    const rows = w.model.commands();
    expect(rows.map((r) => [r.verb, r.object, r.count, r.value, r.outcome])).toEqual([
      ['read', '', 5, undefined, 'accepted'],
      ['write', 'holding register 7', 2, 4, 'accepted'],
      ['write', 'holding register 8', 1, undefined, 'refused'],
    ]);
    expect(rows[0]!.evidence).toEqual([
      { source: 'test', frame: 1, offset: 100 },
      { source: 'test', frame: 2, offset: 200 },
    ]);
    expect(rows[0]!.lastEvidence.map((e) => e.frame)).toEqual([5, 6]);
    expect(w.model.control()).toEqual([
      expect.objectContaining({ client: 'a1', target: 'a2', verbs: { write: 3 }, accepted: 2, refused: 1, points: 2 }),
    ]);
    expect(w.model.conversations()[0]).toMatchObject({ verbs: { read: 5, write: 3 }, refused: 1 });
  });

  it('knows the offsets of the latest sources, and of one that goes on beside many others', () => {
    const w = new World();
    const { pc, plc } = pair(w);
    const source = (n: number) => w.model.setSource({ id: `s${n}`, offsetOf: (frame) => n * 1000 + frame });
    const write = (n: number, second: number): void => {
      source(n);
      w.does(pc, plc, 'modbus', { verb: 'write', operation: 'Write', object: `register ${n}` }, second);
    };
    // Twice, so that the last frames are others than the first.
    for (const n of [1, 1, 2, 2]) write(n, n);
    for (let n = 3; n < 30; n++) {
      source(n);
      source(1);
    }
    const [one, two] = w.model.commands().map((row) => row.lastEvidence);
    expect(one!.map((e) => e.offset)).toEqual(one!.map((e) => 1000 + e.frame));
    expect(two!.map((e) => [e.source, e.offset])).toEqual([
      ['s2', -1],
      ['s2', -1],
    ]);
  });

  it('folds further objects at the limit and counts them; who did what is never lost', () => {
    const w = new World({ limits: { commandRows: 10 } });
    const { pc, plc } = pair(w);
    for (let i = 0; i < 50; i++)
      w.does(pc, plc, 'modbus', { verb: 'write', operation: 'Write', object: `register ${i}` });
    const rows = w.model.commands();
    expect(rows).toHaveLength(11);
    expect(rows[10]).toMatchObject({ object: '(further objects)', count: 40 });
    expect(w.model.limits()).toEqual([{ limit: 'commandRows', dropped: 1 }]);
  });

  it('puts accepted mode changes on the timeline once a minute', () => {
    const w = new World();
    const { pc, plc } = pair(w);
    for (const s of [1, 2, 100]) w.does(pc, plc, 's7comm', { verb: 'mode-change', operation: 'PLC Stop' }, s);
    w.does(pc, plc, 's7comm', { verb: 'mode-change', operation: 'PLC Start', outcome: 'refused' }, 101);
    const lines = w.model.changes().filter((c) => c.what === 'mode-change');
    expect(lines.map((c) => [c.tsUs, c.asset, c.after])).toEqual([
      [1e6, 'a2', 'PLC Stop'],
      [100e6, 'a2', 'PLC Stop'],
    ]);
  });
});

describe('points', () => {
  it('keeps registers: value, changes, extremes, readers, writers, cadence; and hands out changes as samples', () => {
    const w = new World();
    const { pc, plc } = pair(w);
    const hmi = w.host('00:0c:29:00:00:03', '10.0.0.3');
    for (let i = 0; i < 10; i++)
      w.model.values(w.at(pc, plc, 'modbus', 1 + i), {
        target: plc,
        area: 'holding',
        start: 100,
        values: [7, i < 5 ? 1 : 2, i],
        count: 3,
        access: 'read',
      });
    w.model.values(w.at(hmi, plc, 'modbus', 20), {
      target: plc,
      area: 'holding',
      start: 101,
      values: [9],
      count: 1,
      access: 'write',
    });
    const page = w.model.points({ asset: 'a2' });
    expect(page.total).toBe(3);
    expect(page.rows[0]).toMatchObject({
      path: 'holding 100',
      value: 7,
      changes: 1,
      reads: 10,
      writes: 0,
      cadenceUs: 1e6,
    });
    expect(page.rows[1]).toMatchObject({
      value: 9,
      changes: 3,
      reads: 10,
      writes: 1,
      min: 1,
      max: 9,
      lastReader: pc,
      lastWriter: hmi,
      lastChangeUs: 20e6,
      lastUs: 20e6,
    });
    expect(w.model.points({ writtenOnly: true }).rows.map((p) => p.path)).toEqual(['holding 101']);
    expect(w.model.points({ text: 'HOLDING 102', changedOnly: true }).total).toBe(1);
    const [chunk] = w.model.takeSamples();
    expect(chunk!.count).toBe(1 + 3 + 10);
    expect([...chunk!.value.subarray(0, 3)]).toEqual([7, 1, 0]);
    expect(w.model.takeSamples()).toEqual([]);
  });

  it('says to who watches points that one of their devices told something, also what it told before', () => {
    const w = new World();
    const { pc, plc } = pair(w);
    const drive = w.host('00:0c:29:00:00:04', '10.0.0.4');
    const item = (target: number, value: number, s: number) =>
      w.model.value(w.at(pc, target, 'cip', s), { target, path: 'n', type: 'REAL', value, access: 'read' });
    const block = (target: number, s: number) =>
      w.model.values(w.at(pc, target, 'modbus', s), {
        target,
        area: 'holding',
        start: 0,
        values: [1],
        count: 1,
        access: 'read',
      });
    item(plc, 1, 1);
    item(drive, 1, 1);
    block(drive, 2);
    const watch = w.model.watch([1]);
    const both = w.model.watch([1, 2]);
    const newsBy = (act: () => void): [boolean, boolean] => {
      const before = [watch.heard(), both.heard()];
      act();
      return [watch.heard() !== before[0], both.heard() !== before[1]];
    };
    expect(newsBy(() => undefined)).toEqual([false, false]);
    expect(newsBy(() => item(plc, 1, 3))).toEqual([true, true]);
    expect(newsBy(() => item(drive, 1, 4))).toEqual([false, true]);
    expect(newsBy(() => block(drive, 5))).toEqual([false, true]);
    expect(newsBy(() => block(pc, 6))).toEqual([false, false]);
  });

  it('keeps named items of every type', () => {
    const w = new World();
    const { pc, plc } = pair(w);
    const say = (path: string, value: number | string | boolean | bigint, s: number) =>
      w.model.value(w.at(pc, plc, 'cip', s), { target: plc, path, type: 'X', value, access: 'read' });
    for (const s of [1, 2]) {
      say('n', 1.5, s);
      say('b', true, s);
      say('s', 'on', s);
      say('l', 2n ** 60n, s);
      say('nan', Number.NaN, s);
    }
    expect(w.model.points().rows.map((p) => p.value)).toEqual([1.5, true, 'on', 2n ** 60n, Number.NaN]);
    expect(w.model.points().rows.map((p) => p.changes)).toEqual([1, 1, 1, 1, 1]);
    const [chunk] = w.model.takeSamples();
    expect([...chunk!.others.values()]).toEqual(['on', 2n ** 60n]);
  });

  it('stays within its limits and counts what it drops', () => {
    const w = new World({ limits: { points: 8, pointsPerTarget: 5, sampleChunks: 1 } });
    const { pc, plc } = pair(w);
    const values = Array.from({ length: 20 }, (_, i) => i + 1);
    for (const target of [plc, pc])
      w.model.values(w.at(pc, plc, 'modbus'), { target, area: 'input', start: 0, values, count: 20, access: 'read' });
    expect(w.model.pointCount).toBe(8);
    expect(w.model.limits()).toEqual([
      { limit: 'pointsPerTarget', dropped: 15 },
      { limit: 'points', dropped: 17 },
    ]);
  });

  it('spaces samples when asked to, and says what it left out', () => {
    const w = new World({ minSampleSpacingUs: 1e6 });
    const { pc, plc } = pair(w);
    for (let i = 0; i < 10; i++)
      w.model.value(w.at(pc, plc, 'cip', i / 4 + 1), {
        target: plc,
        path: 'x',
        type: 'REAL',
        value: i,
        access: 'read',
      });
    expect(w.model.takeSamples()[0]!.count).toBe(3);
    expect(w.model.limits()).toEqual([{ limit: 'samplesSpacing', dropped: 7 }]);
  });
});

describe('facts', () => {
  it('keeps contradictions, prefers the sure and the newest, and records the change of a firmware', () => {
    const w = new World();
    const { plc } = pair(w);
    w.is(plc, 'firmware', 'V3.2.6', 1, 5);
    w.is(plc, 'firmware', 'V3.2.6', 1, 6);
    w.is(plc, 'firmware', 'V3.2.7', 1, 7);
    w.is(plc, 'firmware', 'V9', 0.3, 8, 'guess');
    expect(w.model.asset('a2')!.firmware).toBe('V3.2.7');
    expect(
      w.model
        .facts('a2')
        .filter((f) => f.attribute === 'firmware')
        .map((f) => [f.value, f.count]),
    ).toEqual([
      ['V3.2.6', 2],
      ['V3.2.7', 1],
      ['V9', 1],
    ]);
    expect(w.model.changes().filter((c) => c.what === 'firmware')).toEqual([
      expect.objectContaining({ asset: 'a2', before: 'V3.2.6', after: 'V3.2.7', tsUs: 7e6 }),
    ]);
  });

  it('knows the maker by MAC prefix, less surely than by what the device says', () => {
    const w = new World();
    const { plc } = pair(w);
    expect(w.model.asset('a2')!.vendor).toContain('Siemens');
    w.is(plc, 'vendor', 'Original Siemens Equipment');
    expect(w.model.asset('a2')!.vendor).toBe('Original Siemens Equipment');
  });

  it('bounds contradictions', () => {
    const w = new World();
    const { plc } = pair(w);
    for (let i = 0; i < 100; i++) w.is(plc, 'hostname', `host-${i}`);
    expect(w.model.facts('a2').filter((f) => f.attribute === 'hostname')).toHaveLength(16);
    expect(w.model.limits()).toEqual([{ limit: 'factsPerAttribute', dropped: 84 }]);
  });

  it('keeps modules with their parts from several answers, and notes a replaced one', () => {
    const w = new World();
    const { pc, plc } = pair(w);
    const at = () => w.at(pc, plc, 'cip');
    w.model.module(at(), {
      endpoint: plc,
      slot: '2',
      present: true,
      via: 'Identity',
      model: 'MVI56',
      serial: '0xad77',
    });
    w.model.module(at(), { endpoint: plc, slot: '2', present: true, via: 'Identity', firmware: '1.2' });
    w.model.module(at(), { endpoint: plc, slot: '10', present: false, via: 'Identity' });
    w.model.module(at(), { endpoint: plc, slot: '2', present: false, via: 'Identity' });
    expect(w.model.asset('a2')!.modules.map((m) => [m.slot, m.model, m.firmware, m.present])).toEqual([
      ['2', 'MVI56', '1.2', true],
      ['10', '', '', false],
    ]);
    w.model.module(at(), { endpoint: plc, slot: '2', present: true, via: 'Identity', model: 'MVI56', serial: '0x1' });
    expect(w.model.changes().filter((c) => c.what === 'module in slot 2')).toHaveLength(1);
  });

  it('takes names and roles by hand, and back', () => {
    const w = new World();
    pair(w);
    const done = w.model.setManual('a2', 'name', 'Boiler 1');
    w.model.setManual('a2', 'role', 'hmi');
    expect(w.model.asset('a2')).toMatchObject({ name: 'Boiler 1', role: { value: 'hmi', confidence: 1 } });
    if (done.kind !== 'done') throw new Error(done.reason);
    w.model.undo(done.undo);
    expect(w.model.asset('a2')!.name).toBe('10.0.0.1');
  });
});

describe('flows', () => {
  it('adds up periodic and final summaries once, also when the protocol is recognised late', () => {
    const w = new World();
    const { pc, plc } = pair(w);
    w.flow(pc, plc, '', { flow: 9, final: false, clientBytes: 100, serverBytes: 0, serverPackets: 0 });
    w.flow(pc, plc, 'modbus', { flow: 9, final: false, clientBytes: 300 });
    w.flow(pc, plc, 'modbus', { flow: 9, final: true, clientBytes: 500 });
    const [unknown, modbus] = w.model.conversations();
    expect(unknown).toMatchObject({ protocol: '', flows: 0, clientBytes: 0, oneWayFlows: 0 });
    expect(modbus).toMatchObject({ protocol: 'modbus', flows: 1, clientBytes: 500, serverPort: 502, transport: 'tcp' });
    expect(w.model.takeDirty().rows.flows).toEqual([expect.objectContaining({ flow: 9, final: true, source: 'test' })]);
    expect(w.model.networks()).toEqual([
      expect.objectContaining({
        id: '10.0.0.0/24',
        assets: ['a1', 'a2'],
        bytes: 1200,
        decodedBytes: 1000,
        oneWayFlows: 0,
      }),
    ]);
  });

  it('leaves flows that go on until they are over, while there is room for what waits', () => {
    const w = new World({ limits: { pendingFlows: 8 } });
    const { pc, plc } = pair(w);
    const take = () => {
      const { rows, more } = w.model.takeDirty(100, { queuesOnly: true });
      return { flows: rows.flows.map(({ flow, final }) => `${flow}${final ? ' over' : ''}`), more };
    };
    for (const flow of [1, 2, 3]) w.flow(pc, plc, 'modbus', { flow, final: false });
    expect(take()).toEqual({ flows: [], more: false });
    w.flow(pc, plc, 'modbus', { flow: 2, final: true });
    w.flow(pc, plc, 'modbus', { flow: 2, final: true });
    expect(take()).toEqual({ flows: ['2 over'], more: false });
    expect(take()).toEqual({ flows: [], more: false });
    // Half full: everything goes.
    for (const flow of [4, 5]) w.flow(pc, plc, 'modbus', { flow, final: false });
    expect(take()).toEqual({ flows: ['1', '3', '4', '5'], more: false });
    w.flow(pc, plc, 'modbus', { flow: 6, final: false });
    expect(w.model.takeDirty(100).rows.flows).toEqual([expect.objectContaining({ flow: 6, final: false })]);
    // Beyond the limit the oldest is lost, over or not, and counted.
    for (let flow = 10; flow < 20; flow++) w.flow(pc, plc, 'modbus', { flow, final: flow === 10 });
    expect(take().flows).toHaveLength(8);
    expect(w.model.limits()).toContainEqual({ limit: 'pendingFlows', dropped: 2 });
    w.flow(pc, plc, 'modbus', { flow: 20, final: true });
    expect(take()).toEqual({ flows: ['20 over'], more: false });
  });

  it('folds the ports of a scan', () => {
    const w = new World({ limits: { portsPerPair: 4 } });
    const { pc, plc } = pair(w);
    for (let port = 1; port <= 50; port++) w.flow(pc, plc, '', { serverPort: port, serverPackets: 0, serverBytes: 0 });
    const rows = w.model.conversations();
    expect(rows).toHaveLength(5);
    expect(rows[4]).toMatchObject({ serverPort: 0, flows: 46, oneWayFlows: 46 });
    expect(w.model.limits()).toEqual([{ limit: 'portsPerPair', dropped: 46 }]);
  });
});

/** Plays a run of random happenings. */
const play = (w: World, script: readonly (readonly [number, number, number])[]): void => {
  const hosts = [1, 2, 3, 4].map((i) => w.host(`00:1b:1b:00:00:0${i}`, `10.0.0.${i}`, i));
  const unit = w.child(hosts[0]!, 'modbus-unit', '1', true);
  const silent = w.child(hosts[0]!, 'modbus-unit', '2', false);
  for (const [i, [what, who, value]] of script.entries()) {
    const client = hosts[who % 4]!;
    const server = hosts[(who + 1 + (value % 3)) % 4]!;
    const s = 10 + i;
    const at = w.at(client, server, 'modbus', s, value % 5);
    switch (what % 9) {
      case 0:
        w.does(client, server, 'modbus', { object: `o${value}` }, s);
        break;
      case 1:
        w.does(client, server, 's7comm', { verb: 'write', object: `o${value % 4}`, value, target: unit }, s);
        break;
      case 2:
        w.model.values(at, {
          target: server,
          area: value % 2 === 0 ? 'holding' : 'coil',
          start: value % 7,
          values: [value, value % 3, 5],
          count: 3,
          access: value % 5 === 0 ? 'write' : 'read',
        });
        break;
      case 3:
        w.model.value(at, {
          target: silent,
          path: `p${value % 3}`,
          type: 'X',
          value: value % 2 === 0 ? `t${value % 4}` : BigInt(value),
          access: 'read',
        });
        break;
      case 4:
        w.is(server, value % 2 === 0 ? 'firmware' : 'serial', `V${value % 3}`, 0.9, s);
        break;
      case 5:
        w.holds(client, `10.0.${value % 3}.9`, s);
        break;
      case 6:
        w.flow(client, server, value % 2 === 0 ? '' : 'modbus', { serverPort: 500 + (value % 3) });
        break;
      case 7:
        w.model.session(at, { phase: 'authenticate', outcome: 'accepted', user: `u${value % 3}` });
        w.model.weird(at, { code: `x.${value % 3}`, detail: 'd' });
        break;
      case 8:
        w.model.module(at, {
          endpoint: server,
          slot: `${value % 3}`,
          present: value % 2 === 0,
          via: 'v',
          serial: `${value % 4}`,
        });
        if (value % 10 === 0) w.model.setManual('a1', 'location', `hall ${value}`);
        break;
    }
  }
};

const text = (value: unknown): string =>
  JSON.stringify(value, (_, v) =>
    typeof v === 'bigint' ? `${v}n` : typeof v === 'number' && Number.isNaN(v) ? 'NaN' : v,
  );

const everything = (m: SiteModel): string =>
  text([
    m.assets(),
    m.assets().map((a) => m.facts(a.id)),
    m.points({ limit: 1000 }),
    m.conversations(),
    m.commands(),
    m.sessions(),
    m.weirds(),
    m.changes(),
    m.networks(),
    m.control(),
    m.mentioned(),
    m.overrides(),
    m.limits(),
  ]);

const SCRIPT = fc.array(fc.tuple(fc.nat(8), fc.nat(20), fc.nat(60)), { maxLength: 120 });

describe('same input, same output', () => {
  it('gives equal results for equal input, whoever looks in between', () => {
    fc.assert(
      fc.property(SCRIPT, (script) => {
        const a = new World();
        play(a, script);
        const c = new World();
        play(c, script);
        expect(c.model.assetCount).toBe(a.model.assets().length);
        c.model.assets();
        c.model.takeDirty(3);
        expect(everything(c.model)).toBe(everything(a.model));
      }),
      { numRuns: 60 },
    );
  });

  it('is restored exactly from what it handed out, in small portions', () => {
    fc.assert(
      fc.property(SCRIPT, fc.integer({ min: 1, max: 7 }), (script, portion) => {
        const w = new World();
        play(w, script);
        if (w.model.assets().length > 1)
          w.model.merge(
            w.model
              .assets()
              .slice(0, 2)
              .map((a) => a.id),
          );
        const tables: Record<string, Map<string, unknown>> = {};
        for (let save = 0; ; ) {
          const { rows, more } = w.model.takeDirty(portion);
          for (const [table, list] of Object.entries(rows)) {
            tables[table] ??= new Map();
            for (const row of list as readonly Record<string, unknown>[]) {
              const key =
                table === 'memberships' ? row.endpoint : table === 'conversations' ? row.number : (row.id ?? row.limit);
              tables[table].set(text(key), structuredClone(row));
            }
          }
          if (more) continue;
          // Everything changes again, and a save takes a few rows that were written; the last one takes all.
          if (++save > 3) break;
          if (save < 3) play(w, script);
          w.model.limitKnown(save < 3 ? 2 : Number.POSITIVE_INFINITY);
        }
        expect(w.model.takeDirty().more).toBe(false);
        const rows = Object.fromEntries(
          Object.entries(tables).map(([table, map]) => [
            table,
            [...map.values()].sort((a, b) => {
              const n = (r: unknown) =>
                ((r as { id?: number; number?: number }).id ?? (r as { number?: number }).number ?? 0) as number;
              return n(a) - n(b);
            }),
          ]),
        ) as Partial<SiteRows>;
        const back = createSiteModel({ endpoints: w.endpoints });
        back.load(rows);
        expect(everything(back)).toBe(everything(w.model));
        // Nothing is dirty after loading, except what the store did not keep.
        const again = back.takeDirty().rows;
        for (const table of ['facts', 'points', 'runs', 'conversations', 'commands', 'memberships', 'changes'] as const)
          expect([table, again[table]]).toEqual([table, []]);
      }),
      { numRuns: 60 },
    );
  });
});
