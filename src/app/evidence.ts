/**
 * The frames behind statements. A few of them are pinned (copied into the store) so that evidence opens when the file is
 * gone; any other frame is looked for in the evidence ring and in the original file, in this order.
 */
import { openCaptureFile } from '../capture/file.ts';
import { readCapture } from '../capture/reader.ts';
import type { EvidenceRing } from '../capture/ring.ts';
import { OperatingError } from '../core/errors.ts';
import type { Evidence } from '../core/frame.ts';
import type { Verb } from '../core/observation.ts';
import type { Source } from '../core/site.ts';
import type { SiteModel } from '../core/site-model.ts';
import type { Row, Store } from '../store/index.ts';
import { framesBefore } from './folder-files.ts';

/** Frames pinned for each kind of statement in a site, and octets of all; what is beyond is found in file or ring only. */
export const MAX_PINS_PER_KIND = 2000;
export const MAX_PIN_BYTES = 32 * 1024 * 1024;
/** Frames pinned of one source while it is live, over all kinds; of further statements only the ring has the frames. */
export const MAX_PINS = 7 * MAX_PINS_PER_KIND;
/** Octets and rows of pinned frames handed to the store at a time. */
const PIN_PART_BYTES = 1024 * 1024;
const PIN_PART_ROWS = 2048;
/** Frames looked for in the ring at a time. */
const FETCHED_AT_ONCE = 1024;
/** Octets kept of one frame. */
const MAX_FRAME_BYTES = 65_535;

export interface FoundFrame {
  readonly frame: number;
  readonly tsUs: number;
  readonly linkType: number;
  readonly wire: number;
  readonly bytes: Uint8Array;
}

const ROUTINE: ReadonlySet<Verb> = new Set<Verb>(['read', 'subscribe', 'discover', 'write', 'control']);

/** What stands on frames: findings first, the latest first of all, then what the inventory says. */
export interface Statements {
  readonly model: SiteModel;
  readonly findings: readonly { readonly lastUs: number; readonly evidence: readonly Evidence[] }[];
}

/** Frames worth keeping, with the first kind of statement that asks for each. */
const wantedFrames = ({ model, findings }: Statements): Map<string, string> => {
  const wanted = new Map<string, string>();
  const counts = new Map<string, number>();
  const want = (kind: string, evidence: readonly Evidence[]): void => {
    for (const { source, frame } of evidence) {
      const count = counts.get(kind) ?? 0;
      if (frame <= 0 || count >= MAX_PINS_PER_KIND) continue;
      const key = `${source} ${frame}`;
      if (wanted.has(key)) continue;
      wanted.set(key, kind);
      counts.set(kind, count + 1);
    }
  };
  for (const finding of [...findings].sort((a, b) => b.lastUs - a.lastUs)) want('finding', finding.evidence);
  for (const command of model.commands()) {
    if (ROUTINE.has(command.verb) && command.outcome !== 'refused') continue;
    want('command', command.evidence);
  }
  for (const change of model.changes()) want('change', change.evidence);
  for (const asset of model.assets()) for (const fact of model.facts(asset.id)) want('fact', fact.evidence);
  for (const session of model.sessions()) want('session', session.evidence);
  for (const weird of model.weirds()) want('weird', weird.evidence);
  // Routine writes last: their first occurrences, as far as there is room.
  for (const command of model.commands()) if (ROUTINE.has(command.verb)) want('write', command.evidence);
  return wanted;
};

const pinRow = (site: string, source: string, kind: string, frame: FoundFrame): Row<'pinned_frame'> => ({
  site_id: site,
  source_id: source,
  frame: frame.frame,
  kind,
  ts: frame.tsUs,
  ts_ns: 0,
  link_type: frame.linkType,
  wire_length: frame.wire,
  file_offset: -1,
  bytes: frame.bytes.slice(0, MAX_FRAME_BYTES),
});

/** Reads frames of a capture file again, in order; stops after the last wanted. */
export async function* readFrames(
  path: string,
  wants: (frame: number, bytes: Uint8Array, linkType: number) => boolean,
  last: number,
): AsyncGenerator<FoundFrame, void, void> {
  const file = await openCaptureFile(path);
  for await (const event of readCapture(file.chunks(), { name: path })) {
    if (event.kind !== 'frames') continue;
    for (let i = 0; i < event.count; i++) {
      const frame = event.firstFrame + i;
      if (frame > last) return;
      const start = event.start[i]!;
      if (!wants(frame, event.bytes.subarray(start, start + event.captured[i]!), event.linkType[i]!)) continue;
      yield {
        frame,
        tsUs: event.tsUs[i]!,
        linkType: event.linkType[i]!,
        wire: event.wire[i]!,
        bytes: event.bytes.slice(start, start + event.captured[i]!),
      };
    }
    if (event.firstFrame + event.count > last) return;
  }
}

/** Numbers of the frames that a source has in its file; undefined where it has none. */
const inFile = (source: Source): { readonly first: number; readonly last: number } | undefined => {
  if (source.kind === 'file' || source.kind === 'sample') return { first: 1, last: Number.POSITIVE_INFINITY };
  const before = framesBefore(source);
  return source.kind === 'folder' ? { first: before + 1, last: before + source.health.frames } : undefined;
};

/** Its frames can be read again from where it lies, for as long as it is there: a capture, also one of a watched folder. */
export const isOnDisk = (source: Source): boolean => inFile(source) !== undefined;

/**
 * Frames of a source from its file, like `readFrames`; nothing where it has no file. A recorder may have begun the file
 * anew under its old name: then the first frame of the source has another time, and nothing is given.
 */
export async function* readSource(
  source: Source,
  wants: (frame: number, bytes: Uint8Array, linkType: number) => boolean,
  last: number,
): AsyncGenerator<FoundFrame, void, void> {
  const range = inFile(source);
  if (range === undefined) return;
  const mayChange = source.kind === 'folder';
  const isWanted: typeof wants = (frame, bytes, linkType) =>
    frame >= range.first && ((mayChange && frame === range.first) || wants(frame, bytes, linkType));
  for await (const found of readFrames(source.path, isWanted, Math.min(last, range.last))) {
    if (mayChange && found.frame === range.first) {
      if (found.tsUs !== source.health.firstUs) return;
      if (!wants(found.frame, found.bytes, found.linkType)) continue;
    }
    yield found;
  }
}

/**
 * Copies what is wanted of one source into the store: from its file, or from the ring at most `limit` frames. `lost`
 * remembers what the ring no longer had, so that it is looked for once.
 */
export const pinFrames = async (
  store: Store,
  site: string,
  source: Source,
  statements: Statements,
  ring: EvidenceRing | undefined,
  { limit = Number.POSITIVE_INFINITY, lost = new Set<number>() } = {},
): Promise<number> => {
  const kinds = new Map<number, string>();
  for (const [key, kind] of wantedFrames(statements)) {
    const [id, frame] = key.split(' ');
    if (id === source.id && !lost.has(Number(frame))) kinds.set(Number(frame), kind);
  }
  if (kinds.size === 0) return 0;
  const pinned = await store.db
    .selectFrom('pinned_frame')
    .select('frame')
    .where('site_id', '=', site)
    .where('source_id', '=', source.id)
    .execute();
  for (const { frame } of pinned) kinds.delete(frame);
  if (kinds.size === 0 || pinned.length >= MAX_PINS) return 0;
  let rows: Row<'pinned_frame'>[] = [];
  let count = 0;
  let partBytes = 0;
  let bytes = 0;
  const hand = async (): Promise<void> => {
    const part = rows;
    rows = [];
    partBytes = 0;
    count += part.length;
    if (part.length > 0) await store.writer.submit({ put: { pinned_frame: part } }, { background: true });
  };
  const take = (found: FoundFrame): boolean => {
    bytes += found.bytes.length;
    partBytes += found.bytes.length;
    if (bytes > MAX_PIN_BYTES) return false;
    rows.push(pinRow(site, source.id, kinds.get(found.frame)!, found));
    return true;
  };
  const isPartFull = (): boolean => partBytes >= PIN_PART_BYTES || rows.length >= PIN_PART_ROWS;
  if (isOnDisk(source)) {
    try {
      for await (const found of readSource(source, (frame) => kinds.has(frame), Math.max(...kinds.keys()))) {
        if (!take(found)) break;
        if (isPartFull()) await hand();
      }
    } catch (error) {
      // The recorder of a folder has deleted it meanwhile: what was read stays read, its frames cannot be kept.
      if (!(error instanceof OperatingError) || !error.code.startsWith('input.')) throw error;
    }
  } else if (ring !== undefined) {
    // Some at a time, so that what is worth most is kept where not all of it may be.
    const wanted = [...kinds.keys()].slice(0, limit);
    for (let i = 0, isFull = false; i < wanted.length && !isFull; i += FETCHED_AT_ONCE) {
      const gone = new Set(wanted.slice(i, i + FETCHED_AT_ONCE));
      for await (const found of ring.fetchAll(ringName(site, source.id), [...gone])) {
        gone.delete(found.frame);
        isFull = !take(found);
        if (isFull) break;
        if (isPartFull()) await hand();
      }
      if (!isFull) for (const frame of gone) lost.add(frame);
    }
  }
  await hand();
  return count;
};

export const ringName = (site: string, source: string): string => `${site}/${source}`;

export type FrameLookup =
  | { readonly kind: 'found'; readonly frame: FoundFrame }
  | { readonly kind: 'missing'; readonly reason: string };

/** A frame of a source: pinned copy, ring, original file. */
export const findFrame = async (
  store: Store,
  site: string,
  source: Source,
  frame: number,
  ring: EvidenceRing | undefined,
): Promise<FrameLookup> => {
  const pinned = await store.db
    .selectFrom('pinned_frame')
    .selectAll()
    .where('site_id', '=', site)
    .where('source_id', '=', source.id)
    .where('frame', '=', frame)
    .executeTakeFirst();
  if (pinned !== undefined) {
    const { ts: tsUs, link_type: linkType, wire_length: wire, bytes } = pinned;
    return { kind: 'found', frame: { frame, tsUs, linkType, wire, bytes } };
  }
  const kept = await ring?.fetch(ringName(site, source.id), frame);
  if (kept !== undefined) return { kind: 'found', frame: { frame, ...kept } };
  if (!isOnDisk(source)) return { kind: 'missing', reason: 'The evidence ring no longer holds this frame.' };
  const before = framesBefore(source);
  if (frame <= before || frame > before + source.health.frames)
    return { kind: 'missing', reason: `The source has the frames ${before + 1} to ${before + source.health.frames}.` };
  try {
    for await (const found of readSource(source, (number) => number === frame, frame)) {
      return { kind: 'found', frame: found };
    }
    return { kind: 'missing', reason: 'The file was changed since it was analysed.' };
  } catch (error) {
    const reason = error instanceof OperatingError ? error.message : String(error);
    return { kind: 'missing', reason: `The original file is gone and this frame was not kept: ${reason}` };
  }
};
