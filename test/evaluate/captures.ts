/**
 * Evaluates the IEC 104 captures of IPAL (Wolsing et al., IPAL: breaking up silos of protocol-dependent and domain-specific
 * industrial intrusion detection systems, RAID 2022) whose messages were copied (C) or removed (R): what is reported of
 * each, and of the clean ones. The truth is derived from the frames. A copy is a frame that occurs twice, octet by octet. A
 * removed message is found by repeating the removals of the label file on the capture that it was made from: the one beside
 * it whose payloads are, less the removed ones, the same. Neighbouring removals of one sender are one gap.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { u16be } from '../../src/lib/bytes.ts';
import { batchOf, Run, readFrames, type TestFrame } from '../drive.ts';

export interface CaptureCase {
  readonly name: string;
  readonly kind: 'copied' | 'removed' | 'clean';
  /** Frames that the label file says were copied or removed; 0 for clean ones. */
  readonly labelled: number;
  /** Copies (octet by octet) among the frames; told at the copy itself, by name or as the duplicate of a mirror (within 5 ms). */
  readonly copies: number;
  readonly copiesNamed: number;
  readonly copiesDuplicate: number;
  /** Frames named as repeated that are none. */
  readonly copiesWrong: number;
  /** Gaps that the removals made; of these told at the frame behind the gap or at the acknowledgement that shows it. */
  readonly gaps: number;
  readonly gapsTold: number;
  /** Gaps with nothing of the same connection behind them: the capture is, octet by octet, one that ended before. */
  readonly gapsAtEnd: number;
  /** Frames at which a gap was told, before which nothing was removed and which are no copies. */
  readonly gapsWrong: number;
  /** Gaps that were not told: sender and position of the first removed message. */
  readonly missed: readonly string[];
}

/** Numbers of the lines `Removed packet: 12` or `Cloned packet: 3 to 12`. */
const labelsOf = (folder: string): { readonly removed: readonly number[]; readonly cloned: number } => {
  const labels = join(folder, 'expected', 'label');
  const lines = existsSync(labels)
    ? readdirSync(labels)
        .map((f) => readFileSync(join(labels, f), 'utf8'))
        .join('\n')
        .split('\n')
    : [];
  const of = (word: string): number[] =>
    lines.filter((l) => l.startsWith(`${word} packet`)).map((l) => Number(/\d+/.exec(l)![0]));
  return { removed: of('Removed'), cloned: of('Cloned').length };
};

interface Segment {
  /** Addresses and ports, the sender's first, and the other way round. */
  readonly way: string;
  readonly back: string;
  readonly payload: string;
}
/** What the truth needs of an IPv4 TCP frame; undefined for others. */
const segmentOf = (f: TestFrame): Segment | undefined => {
  const b = f.bytes;
  if (u16be(b, 12) !== 0x0800 || b[23] !== 6) return undefined;
  const tcp = 14 + (b[14]! & 15) * 4;
  const text = (from: number, to: number): string => Buffer.from(b.subarray(from, to)).toString('latin1');
  const a = text(26, 30) + text(tcp, tcp + 2);
  const z = text(30, 34) + text(tcp + 2, tcp + 4);
  return { way: a + z, back: z + a, payload: text(tcp + (b[tcp + 12]! >> 4) * 4, 14 + u16be(b, 16)) };
};

interface Gap {
  readonly name: string;
  /** The frame behind the gap in its own direction; 0 where there is none. */
  readonly next: number;
  /** The first one of these with an information APDU: its number shows the gap once more; 0 where there is none. */
  readonly numbered: number;
  /** Frames of the other direction behind the gap, where there is none in its own: one may acknowledge what is missing. */
  readonly answers: readonly number[];
}

/** The gaps that the removals made, by the capture they were made on. Throws where none beside it fits. */
const gapsOf = async (
  changed: readonly TestFrame[],
  removed: readonly number[],
  beside: readonly string[],
): Promise<Gap[]> => {
  const kept = changed.map(segmentOf);
  for (const path of beside) {
    const base = (await readFrames(path)).map(segmentOf);
    if (base.length !== changed.length + removed.length) continue;
    const order = base.map((_, i) => i);
    const gone = new Set(removed.map((n) => order.splice(n - 1, 1)[0]!));
    if (order.every((from, i) => base[from]?.payload === kept[i]?.payload)) return gapsBetween(base, gone, order);
  }
  throw new Error('no capture beside it has the frames that the labels remove');
};

const gapsBetween = (
  base: readonly (Segment | undefined)[],
  gone: ReadonlySet<number>,
  order: readonly number[],
): Gap[] => {
  const place = new Map(order.map((from, i) => [from, i + 1]));
  const gaps = new Map<string, Gap>();
  for (const at of [...gone].sort((a, b) => a - b)) {
    const { way, back } = base[at]!;
    const behind = [...place].filter(([from]) => from > at);
    const own = behind.filter(([from]) => base[from]!.way === way);
    const next = own[0]?.[1] ?? 0;
    const numbered = own.find(([from]) => (base[from]!.payload.charCodeAt(2) & 1) === 0)?.[1] ?? 0;
    const answers = next > 0 ? [] : behind.filter(([from]) => base[from]!.way === back).map(([, frame]) => frame);
    const key = `${way} ${next}`;
    if (!gaps.has(key)) gaps.set(key, { name: `frame ${at + 1} of the original`, next, numbered, answers });
  }
  return [...gaps.values()];
};

/** Codes that say that something is missing in a stream. */
const GAP = new Set(['tcp.octets-missing', 'iec104.sequence-gap']);

/** `beside`: captures that this one may have been made from. */
const evaluateCapture = async (folder: string, name: string, beside: readonly string[]): Promise<CaptureCase> => {
  const frames = await readFrames(join(folder, 'capture.pcap'));
  const labels = labelsOf(folder);
  const first = new Map<string, number>();
  const copies = new Set<number>();
  // Either frame of a pair may be the one that was put in: the earlier one is out of sequence then.
  const pairs = new Set<number>();
  frames.forEach((f, i) => {
    const octets = Buffer.from(f.bytes).toString('latin1');
    const earlier = first.get(octets);
    if (earlier === undefined) first.set(octets, i + 1);
    else {
      copies.add(i + 1);
      pairs.add(earlier).add(i + 1);
    }
  });
  const repeated = new Set<number>();
  const missing = new Set<number>();
  const run = new Run({
    each: (kind, at, what) => {
      if (kind !== 'weird') return;
      const { code } = what as { readonly code: string };
      if (code === 'tcp.frame-repeated') repeated.add(at.frame);
      if (GAP.has(code)) missing.add(at.frame);
    },
  });
  const { pipeline } = run;
  const duplicates = new Set<number>();
  frames.forEach((f, i) => {
    const before = pipeline.decoding.health.duplicates;
    pipeline.handle(batchOf([f], i + 1));
    if (pipeline.decoding.health.duplicates > before) duplicates.add(i + 1);
  });
  pipeline.finish();
  const gaps = labels.removed.length > 0 ? await gapsOf(frames, labels.removed, beside) : [];
  const atGap = new Set(gaps.flatMap((g) => (g.next > 0 ? [g.next, g.numbered] : g.answers)));
  const told = (g: Gap): boolean => (g.next > 0 ? missing.has(g.next) : g.answers.some((f) => missing.has(f)));
  const count = (frames: ReadonlySet<number>, of: (frame: number) => boolean): number => [...frames].filter(of).length;
  return {
    name,
    kind: labels.removed.length > 0 ? 'removed' : labels.cloned > 0 ? 'copied' : 'clean',
    labelled: labels.removed.length + labels.cloned,
    copies: copies.size,
    copiesNamed: count(copies, (f) => repeated.has(f)),
    copiesDuplicate: count(copies, (f) => duplicates.has(f)),
    copiesWrong: count(repeated, (f) => !copies.has(f)) + count(duplicates, (f) => !copies.has(f)),
    gaps: gaps.length,
    gapsTold: gaps.filter(told).length,
    gapsAtEnd: gaps.filter((g) => g.next === 0 && g.answers.length === 0).length,
    gapsWrong: count(missing, (f) => !atGap.has(f) && !pairs.has(f)),
    missed: gaps.filter((g) => !told(g)).map((g) => g.name),
  };
};

/** Every capture folder below `folder`, in order of name. */
export const evaluateCaptures = async (folder: string): Promise<CaptureCase[]> => {
  const names = readdirSync(folder)
    .sort()
    .filter((name) => existsSync(join(folder, name, 'capture.pcap')));
  const clean = names.filter((name) => !existsSync(join(folder, name, 'expected', 'label')));
  const beside = clean.map((name) => join(folder, name, 'capture.pcap'));
  const out: CaptureCase[] = [];
  for (const name of names) out.push(await evaluateCapture(join(folder, name), name, beside));
  return out;
};
