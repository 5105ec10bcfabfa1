/** What the harness says about peers' files that were changed on purpose: exactly the change, and nothing else. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { describeShared, sharedPath } from '../shared.ts';
import { runConformance } from './harness.ts';
import { Tally } from './tally.ts';

const root = mkdtempSync(join(tmpdir(), 'gatehouse-planted-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;

/** A copy of a capture below a folder of another name; `change` gets the path of its `expected/`. */
const planted = (capture: string, change: (expected: string) => void = () => undefined): string => {
  const dir = join(root, `dir${++made}`);
  const folder = join(dir, 'anything', 'some name');
  cpSync(sharedPath(join('captures', capture)), folder, { recursive: true, dereference: true });
  change(join(folder, 'expected'));
  return dir;
};
const edit = (path: string, change: (lines: string[]) => string[]): void => {
  const packed = path.endsWith('.gz');
  const raw = readFileSync(path);
  const lines = (packed ? gunzipSync(raw) : raw).toString('utf8').split('\n');
  const text = Buffer.from(change(lines).join('\n'));
  writeFileSync(path, packed ? gzipSync(text) : text);
};
/** The lines that are rows, changed; comments and the header as they are. */
const rows = (change: (rows: string[][]) => string[][]) => (lines: string[]) => [
  ...lines.filter((l) => l.startsWith('#')),
  ...change(lines.filter((l) => l !== '' && !l.startsWith('#')).map((l) => l.split('\t'))).map((r) => r.join('\t')),
  '',
];

interface Said {
  readonly lines: string[];
  readonly expected: number;
  readonly equal: number;
  readonly captures: number;
  readonly failures: string[];
  readonly uncovered: string[];
}
/** Everything that differs, as `peer log row column: kind ours theirs`. */
const said = async (dir: string, protocol?: string, peer?: string): Promise<Said> => {
  const tally = new Tally(1e6);
  const failures: string[] = [];
  const uncovered = new Map<string, string>();
  const captures = await runConformance(dir, tally, { protocol, peer, failures, uncovered });
  const totals = [...tally.pairs.values()].map((p) => p.total);
  return {
    lines: tally.differences.map((d) => `${d.peer} ${d.log} ${d.row} ${d.column}: ${d.kind} "${d.ours}" "${d.theirs}"`),
    expected: totals.reduce((n, t) => n + t.expected, 0),
    equal: totals.reduce((n, t) => n + t.equal, 0),
    captures,
    failures,
    uncovered: [...uncovered.keys()],
  };
};

const GENISYS = 'genisys/icsnpp.genisys';
const LOG = 'zeek.basic/genisys.log';
const SMALL = 'modbus/zeek.modbusSmall';
const TSHARK = 'tshark-4.0.17.fields.tsv.gz';
const PING = 'mqtt/suricata-verify.mqtt-ping';
const YAML = 'suricata.mqtt-ping/test.yaml';

describeShared('a change planted in a peer file', () => {
  it('is nothing where the folders have other names, and where only one protocol folder is given', async () => {
    const whole = await said(planted(GENISYS), 'genisys');
    expect(whole).toMatchObject({ lines: [], captures: 1, failures: [] });
    expect(whole.expected).toBeGreaterThan(1000);
    const dir = planted(GENISYS);
    for (const below of ['anything', 'anything/some name'])
      expect(await said(join(dir, below), 'genisys')).toMatchObject({ lines: [], equal: whole.equal, captures: 1 });
  });

  it('is one value of a log, one row too few, one row too many', async () => {
    const whole = await said(planted(SMALL), 'modbus', 'zeek');
    expect(whole.lines).toEqual([]);
    const log = (e: string): string => join(e, 'zeek-3.0.14/modbus.log');
    const value = planted(SMALL, (e) =>
      edit(
        log(e),
        rows((r) => r.map((c, i) => (i === 7 ? c.with(-2, 'WRITE_NOTHING') : c))),
      ),
    );
    expect(await said(value, 'modbus', 'zeek')).toMatchObject({
      lines: [expect.stringMatching(/^zeek modbus\.log 8 func: different "READ_\w+" "WRITE_NOTHING"$/)],
      equal: whole.equal - 1,
    });
    const fewer = await said(
      planted(SMALL, (e) =>
        edit(
          log(e),
          rows((r) => r.filter((_, i) => i !== 7)),
        ),
      ),
      'modbus',
      'zeek',
    );
    expect(fewer.lines).toEqual([expect.stringMatching(/^zeek modbus\.log 0 func: extra "READ_\w+" ""$/)]);
    const more = await said(
      planted(SMALL, (e) =>
        edit(
          log(e),
          rows((r) => r.flatMap((c, i) => (i === 7 ? [c, c.with(-2, 'NEW')] : [c]))),
        ),
      ),
      'modbus',
      'zeek',
    );
    expect(more.lines).toEqual([expect.stringMatching(/^zeek modbus\.log 9 func: missing "" "NEW"$/)]);
    const none = await said(
      planted(SMALL, (e) =>
        edit(
          log(e),
          rows(() => []),
        ),
      ),
      'modbus',
      'zeek',
    );
    expect(none.lines.length).toBe(whole.equal);
    expect(none.lines.every((l) => l.includes(': extra '))).toBe(true);
  });

  it('is nothing where the columns of a log stand in another order, packed or not, with more or fewer columns', async () => {
    const whole = await said(planted(GENISYS), 'genisys');
    const turned = planted(GENISYS, (e) => {
      edit(join(e, LOG), (lines) =>
        lines.map((l) =>
          l.startsWith('#fields') || l.startsWith('#types')
            ? [l.split('\t')[0], ...l.split('\t').slice(1).reverse()].join('\t')
            : l.startsWith('#')
              ? l
              : l.split('\t').reverse().join('\t'),
        ),
      );
      writeFileSync(join(e, `${LOG}.gz`), gzipSync(readFileSync(join(e, LOG))));
      rmSync(join(e, LOG));
    });
    expect(await said(turned, 'genisys')).toMatchObject({ lines: [], equal: whole.equal, failures: [] });
    const wider = planted(GENISYS, (e) =>
      edit(join(e, LOG), (lines) =>
        lines.map((l) => (l === '' ? l : l.startsWith('#fields') ? `${l}\tnovel` : l.startsWith('#') ? l : `${l}\t7`)),
      ),
    );
    const more = await said(wider, 'genisys');
    expect(more).toMatchObject({ lines: [], equal: whole.equal });
    expect(more.uncovered).toContain('zeek genisys.log novel');
  });

  it('is nothing where the rows of a log were sorted as texts', async () => {
    const whole = await said(planted(GENISYS), 'genisys');
    const sorted = planted(GENISYS, (e) =>
      edit(join(e, LOG), (lines) => [
        '### NOTE: This file has been sorted with diff-sort.',
        ...rows((r) => r.sort((a, b) => (a.slice(6).join() < b.slice(6).join() ? 1 : -1)))(lines),
      ]),
    );
    expect(await said(sorted, 'genisys')).toMatchObject({ lines: [], equal: whole.equal });
  });

  it('is counted in each of several folders of one peer', async () => {
    const dir = planted(GENISYS, (e) => cpSync(join(e, 'zeek.basic'), join(e, 'zeek.again'), { recursive: true }));
    const whole = await said(planted(GENISYS), 'genisys');
    expect(await said(dir, 'genisys')).toMatchObject({ lines: [], equal: 2 * whole.equal });
  });

  it('is one cell of a tshark table: changed, emptied, or filled; the table may be unpacked', async () => {
    const whole = await said(planted(SMALL), 'modbus', 'tshark');
    expect(whole.lines).toEqual([]);
    const cell = (text: string) =>
      planted(SMALL, (e) => {
        edit(join(e, TSHARK), (lines) => {
          const at = lines[0]!.split('\t').indexOf('mbtcp.unit_id');
          const frame = lines.findIndex((l, i) => i > 0 && /\d/.test(l.split('\t')[at] ?? ''));
          return lines.map((l, i) => (i === frame ? l.split('\t').with(at, text).join('\t') : l));
        });
        writeFileSync(join(e, TSHARK.replace('.gz', '')), gunzipSync(readFileSync(join(e, TSHARK))));
        rmSync(join(e, TSHARK));
      });
    expect((await said(cell('99'), 'modbus', 'tshark')).lines).toEqual([
      expect.stringMatching(/mbtcp\.unit_id: different "\d+" "99"$/),
    ]);
    expect((await said(cell(''), 'modbus', 'tshark')).lines).toEqual([
      expect.stringMatching(/mbtcp\.unit_id: extra "\d+" ""$/),
    ]);
  });

  it('is a check of Suricata: a value, a count, a letter in another case', async () => {
    const whole = await said(planted(PING), 'mqtt', 'suricata');
    expect(whole.lines).toEqual([]);
    const yaml = (from: RegExp, to: string) =>
      planted(PING, (e) => edit(join(e, YAML), (lines) => lines.join('\n').replace(from, to).split('\n')));
    expect((await said(yaml(/count: 1/, 'count: 2'), 'mqtt', 'suricata')).lines).toEqual([
      'suricata test.yaml 1 count: different "1" "2"',
    ]);
    const lacking = await said(yaml(/has-key: mqtt\.pingreq/, 'has-key: mqtt.connect'), 'mqtt', 'suricata');
    expect(lacking.lines).toEqual([expect.stringMatching(/^suricata test\.yaml \d count: different "0" "1"$/)]);
    const odd = await said(yaml(/has-key: mqtt\.pingreq/, 'mqtt.x__len: 3'), 'mqtt', 'suricata');
    expect(odd.lines).toEqual([]);
    expect(odd.uncovered).toContain('suricata check mqtt.x__len');
  });

  it('never ends the run: damaged, empty and unknown files are named, the others are compared', async () => {
    const whole = await said(planted(GENISYS), 'genisys');
    const dir = planted(GENISYS, (e) => {
      writeFileSync(join(e, TSHARK), 'no gzip');
      cpSync(join(e, 'zeek.basic'), join(e, 'zeek.other'), { recursive: true });
      writeFileSync(join(e, 'zeek.other/genisys.log'), '');
      writeFileSync(join(e, 'zeek.other/unheard_of.log'), '#fields\tts\ta\n1\t2\n');
      writeFileSync(join(e, 'novel.bin'), '\0\x01');
      cpSync(join(e, 'zeek.basic'), join(e, 'suricata.x'), { recursive: true });
      writeFileSync(
        join(e, 'suricata.x/test.yaml'),
        'checks:\n  - filter\n  - shell: {args: x}\n  - filter: [1\n- :::\n',
      );
    });
    const got = await said(dir, 'genisys');
    expect(got.equal).toBe(whole.equal);
    expect(got.failures).toEqual([expect.stringContaining(TSHARK)]);
    expect(got.uncovered).toEqual(expect.arrayContaining(['zeek unheard_of.log', 'file novel.bin']));
    const capture = planted(GENISYS, (e) => {
      const folder = join(e, '..');
      for (const f of readdirSync(folder).filter((n) => n.startsWith('capture.')))
        renameSync(join(folder, f), join(folder, 'capture.pcapng'));
      writeFileSync(join(folder, 'capture.pcapng'), 'no capture');
    });
    const broken = await said(capture, 'genisys');
    expect(broken.failures.length).toBeGreaterThan(0);
  });
});

describeShared('npm run conformance', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'run.ts'), ...args], {
      encoding: 'utf8',
    });

  it('prints one object of the agreed shape and ends with 0, with 1 below a floor, with 2 without captures', () => {
    const good = run(planted(GENISYS), '--protocol', 'genisys', '--json');
    const { protocols } = JSON.parse(good.stdout) as { protocols: Record<string, unknown>[] };
    expect(good.status).toBe(0);
    expect(protocols).toHaveLength(1);
    expect(Object.keys(protocols[0]!)).toEqual(
      'protocol peer captures expected equal different missing extra disputed percent'.split(' '),
    );
    expect(Object.values(protocols[0]!).slice(2).every(Number.isFinite)).toBe(true);
    const bad = run(
      planted(GENISYS, (e) =>
        edit(
          join(e, LOG),
          rows((r) => r.slice(5)),
        ),
      ),
      '--json',
      '--protocol=genisys',
    );
    expect(JSON.parse(bad.stdout).protocols[0].extra).toBeGreaterThan(0);
    expect(bad.status).toBe(1);
    expect(run(root, '--protocol', 'genisys', '--capture', 'none of that name').status).toBe(2);
  });
});
