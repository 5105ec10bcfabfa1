/**
 * What must hold for every detector of the list, whatever it notices: words that fill, learning that shows, bounded memory
 * under hostile input, the same findings whether or not it was saved and loaded in the middle.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../core/finding.ts';
import { SEVERITIES } from '../core/finding.ts';
import { DETECTORS, KINDS } from './index.ts';
import { maintenance } from './maintenance/index.ts';
import { bracesOf, HOUR, MINUTE, noise, Scene, SECOND } from './testing.ts';

const kinds = [...KINDS.values()];

describe('every kind of finding', () => {
  it('has a code of its own', () => {
    expect(new Set(DETECTORS.flatMap((d) => d.kinds.map((k) => k.code))).size).toBe(
      DETECTORS.flatMap((d) => d.kinds).length,
    );
  });
  it.each(kinds.map((k) => [k.code, k] as const))('%s says everything a person needs', (_, k) => {
    expect(SEVERITIES).toContain(k.severity);
    for (const text of [k.title, k.what, k.comparedWith, k.innocent]) expect(text.length).toBeGreaterThan(10);
    expect(k.title.replace(/\{\w+\}/g, 'x').split(/\s+/).length).toBeLessThanOrEqual(12);
    expect(k.check.length).toBeGreaterThanOrEqual(2);
    for (const t of k.techniques) expect(t).toMatch(/^T\d{4}(\.\d{3})?$/);
    expect(k.comparedWith).not.toBe(k.what);
  });
});

it('what is told of announced work is a rule: nobody can accept it as usual', () => {
  expect(maintenance.kinds.filter((kind) => kind.needsLearning)).toEqual([]);
});

describe.each(DETECTORS.map((d) => [d.name, d] as const))('%s', (_, d) => {
  it('has a model card that admits when it fails', () => {
    for (const text of Object.values(d.card)) expect(text.length).toBeGreaterThan(20);
  });
  it('shows its learning from the beginning', () => {
    const s = new Scene({ detectors: [d] });
    const learning = s.learning(d.name);
    expect(learning.length).toBeGreaterThan(0);
    for (const l of learning) {
      expect(l.needed).toBeGreaterThan(0);
      // Nothing was seen: no table is full.
      expect(l.unarmed).not.toContain('is full');
    }
  });
});

/** Names in braces of its kind that the finding does not fill. */
const missingParts = (f: Finding): string[] => {
  const k = KINDS.get(f.kind)!;
  return bracesOf(k.title, k.what, k.comparedWith, k.innocent, ...k.check).filter((n) => f.parts[n] === undefined);
};

describe('the stage under hostile input', () => {
  it('fills every brace, bounds every finding, says the same twice', () => {
    const run = () => {
      const s = new Scene({ learningTimeUs: HOUR });
      noise(s, 7, 4000, 300, 4 * SECOND);
      return s.findings();
    };
    const found = run();
    expect(found.length).toBeGreaterThan(20);
    const wrong = found.flatMap((f) => {
      const missing = missingParts(f);
      const faults = [
        ...(missing.length > 0 ? [`braces ${missing.join(', ')}`] : []),
        ...(f.surprise >= 0 && f.surprise <= 1 ? [] : ['surprise']),
        ...(Object.values(f.parts).some((part) => part.kind === 'endpoint' && part.endpoint <= 0) ? ['nobody'] : []),
        ...(f.evidence.length <= 8 ? [] : ['evidence']),
        ...(f.lastUs >= f.firstUs ? [] : ['time']),
        ...(JSON.stringify(f.parts).length < 20_000 ? [] : ['size']),
      ];
      return faults.map((fault) => `${f.kind}: ${fault}`);
    });
    expect([...new Set(wrong)]).toEqual([]);
    expect(JSON.stringify(run()) === JSON.stringify(found)).toBe(true);
  });

  it('learns from what the console offers to accept', () => {
    const s = new Scene({ learningTimeUs: HOUR });
    noise(s, 21, 4000, 120, 2 * SECOND);
    const found = s.findings();
    const saved = s.detection.save();
    const offered = kinds.filter((k) => k.needsLearning).map((k) => found.find((f) => f.kind === k.code));
    const told = offered.filter((f) => f !== undefined);
    expect(told.length).toBeGreaterThan(8);
    const refused = told.filter((f) => {
      // Each by itself: what accepts one may accept what follows from it.
      s.detection.load(saved);
      return !s.detection.accept(f);
    });
    expect(refused.map((f) => f.kind)).toEqual([]);
  });

  it('saved and loaded in the middle, finds the same', () => {
    const whole = new Scene({ learningTimeUs: HOUR });
    noise(whole, 11, 2500, 60, SECOND);
    whole.findings();
    noise(whole, 12, 2500, 80, SECOND);

    const first = new Scene({ learningTimeUs: HOUR });
    noise(first, 11, 2500, 60, SECOND);
    first.findings();
    const text = first.detection.save();
    const second = new Scene({ learningTimeUs: HOUR });
    second.continueFrom(first);
    second.detection.load(text);
    expect(second.detection.save()).toBe(text);
    noise(second, 12, 2500, 80, SECOND);
    const [a, b] = [whole.findings(), second.findings()];
    expect(b.length).toBe(a.length);
    const texts = (list: Finding[]) => [...list].sort((x, y) => (x.id < y.id ? -1 : 1)).map((f) => JSON.stringify(f));
    const [had, has] = [texts(a), texts(b)];
    expect(has.find((text, i) => text !== had[i])).toBeUndefined();
  });

  it('a detector whose state cannot be read learns anew and is silent meanwhile; the others go on', () => {
    const day = (s: Scene, hours: number) => {
      const [hmi, plc] = [s.host('10.1.0.5', 'hmi', 2), s.host('10.1.0.9', 'plc', 1)];
      for (let i = 0; i < hours * 12; i++) {
        s.read(hmi, plc);
        s.flow(hmi, plc, 'modbus');
        s.pass(5 * MINUTE);
      }
    };
    const stranger = (s: Scene, ip: string) => {
      const from = s.host(ip, 'workstation', 4);
      s.flow(from, s.host('10.1.0.9'), 'modbus');
      s.write(from, s.host('10.1.0.9'), 'coil 3', 1);
      s.pass(MINUTE);
      return [
        ...new Set(
          s
            .findings()
            .filter((f) => f.actor === from)
            .map((f) => f.detector),
        ),
      ].sort();
    };
    const learned = () => {
      const s = new Scene({ learningTimeUs: HOUR });
      day(s, 2);
      return s;
    };
    expect(stranger(learned(), '10.4.0.1')).toEqual(expect.arrayContaining(['conversation', 'writer']));
    const first = learned();
    const saved = JSON.parse(first.detection.save()) as { detectors: Record<string, string> };
    saved.detectors.conversation = '{"of":"another version"}';
    delete saved.detectors.writer;
    const second = new Scene({ learningTimeUs: HOUR });
    second.continueFrom(first);
    second.detection.load(JSON.stringify(saved));
    // One that had saved nothing is new.
    expect(second.detection.unread).toEqual(['conversation']);
    const spoke = stranger(second, '10.4.0.1');
    expect(spoke).not.toContain('conversation');
    expect(spoke).not.toContain('writer');
    expect(spoke.length).toBeGreaterThan(0);
    // Saved once more while it learns, it still knows since when.
    const third = new Scene({ learningTimeUs: HOUR });
    third.continueFrom(second);
    third.detection.load(second.detection.save());
    expect(stranger(third, '10.4.0.2')).not.toContain('writer');
    day(third, 2);
    expect(stranger(third, '10.4.0.3')).toEqual(expect.arrayContaining(['conversation', 'writer']));
  });

  it('stays within its memory however many devices, names and values come', () => {
    const s = new Scene({ learningTimeUs: MINUTE });
    const heap = (): number => {
      (globalThis as { gc?: () => void }).gc?.();
      return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    };
    noise(s, 21, 20_000, 60_000, 20_000);
    s.detection.takeFindings();
    const before = heap();
    noise(s, 22, 20_000, 60_000, 20_000);
    s.detection.takeFindings();
    const grown = (heap() - before) / 2 ** 20;
    console.log(`heap after 20,000 hostile observations of 60,000 devices: +${grown.toFixed(0)} MiB by 20,000 more`);
    expect(grown).toBeLessThan(200);
    expect(s.detection.save().length).toBeLessThan(120e6);
    expect(s.detection.openFindings().length).toBeLessThanOrEqual(KINDS.size * 1001);
  });
});

describe('the public checklist', () => {
  const list = JSON.parse(
    readFileSync(new URL('../../data/checklists/defender-for-iot.json', import.meta.url), 'utf8'),
  ) as { kinds: { engine: string; title: string; findings: string[]; why: string }[] };
  it('names findings that exist, and says why where there is none', () => {
    const unknown = list.kinds.flatMap((k) => k.findings.filter((f) => !KINDS.has(f)).map((f) => `${k.title}: ${f}`));
    expect(unknown).toEqual([]);
    expect(list.kinds.filter((k) => k.findings.length === 0 && k.why === '').map((k) => k.title)).toEqual([]);
  });
  it('has every title once per engine', () => {
    expect(new Set(list.kinds.map((k) => `${k.engine} ${k.title}`)).size).toBe(list.kinds.length);
  });
});
