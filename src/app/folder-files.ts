/**
 * How far the files of a watched folder were read, told by what they contain: a file that has grown since is read on from
 * there, one that was packed or renamed is the same, one that was begun anew under an old name is a source of its own. What is read at a stretch is one source; the
 * number of frames before it in the file stands in its id, so that frame numbers are those of the file.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openCaptureFile } from '../capture/file.ts';
import { readCapture } from '../capture/reader.ts';
import type { Source } from '../core/site.ts';
import { startOf } from './same-recording.ts';

const ID = /^d-[0-9a-f]{16}-(\d+)$/;

const idOf = (text: string): string => `d-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;

/** Frames of the file that lie before those of the source; 0 for sources of other kinds. */
export const framesBefore = ({ kind, id }: Pick<Source, 'kind' | 'id'>): number =>
  kind === 'folder' ? Number(ID.exec(id)?.[1] ?? 0) : 0;

export type NextPart =
  /** It holds no frame that was not read. */
  | {
      readonly kind: 'known';
      readonly source: Source;
      /** Sources whose file lies under this name now. */
      readonly moved?: readonly Source[];
    }
  | {
      readonly kind: 'read';
      readonly id: string;
      /** Frames at the beginning of the file that were read before. */
      readonly skip: number;
      /** The source that read them. */
      readonly after?: Source;
      /** The source that read what was in the file before it was begun anew. */
      readonly gone?: Source;
      readonly moved?: readonly Source[];
    };

/**
 * Sources of the same recording under the name it had before: a recorder that rotates packs what is full (tcpdump's
 * `-z gzip`) or gives it another name. Another recorder's file may begin at the same moment: the old name must be gone, or be
 * this one without the ending of the packer.
 */
const underOldName = async (known: readonly Source[], path: string): Promise<readonly Source[]> => {
  const here = known.filter((source) => source.kind === 'folder' && dirname(source.path) === dirname(path));
  if (here.length === 0) return [];
  const startUs = await startOf(path);
  const plain = path.replace(/\.(gz|zst)$/, '');
  for (const first of here) {
    if (framesBefore(first) !== 0 || first.health.firstUs !== startUs) continue;
    if (first.path === plain || !existsSync(first.path)) return here.filter((source) => source.path === first.path);
  }
  return [];
};

/**
 * What of a file is to be read, given what was read of it before, also under another name. Reads the file once where
 * something was. It is the same recording when the first and the last frame that were read then have the same times, in
 * microseconds, at their places. A file that was not written since it was read to its end is not opened, unless its folder
 * says that it grew (`again`). Throws what `readCapture` throws.
 */
export const nextPart = async (known: Iterable<Source>, path: string, again = false): Promise<NextPart> => {
  const all = [...known];
  const same = all.filter((source) => source.kind === 'folder' && source.path === path);
  const of = same.length > 0 ? same : await underOldName(all, path);
  const last = of.at(-1);
  if (last === undefined) return { kind: 'read', id: idOf(path), skip: 0 };
  const isMoved = last.path !== path;
  if (!isMoved && !again && last.state === 'complete' && (await stat(path)).mtimeMs * 1000 < last.endedUs)
    return { kind: 'known', source: last };
  const before = framesBefore(last);
  const seen = before + last.health.frames;
  if (seen === before) return { kind: 'read', id: last.id, skip: before };
  let frames = 0;
  let startUs = Number.NaN;
  let firstUs = Number.NaN;
  let lastUs = Number.NaN;
  const file = await openCaptureFile(path);
  for await (const event of readCapture(file.chunks(), { name: path })) {
    if (event.kind !== 'frames') continue;
    const at = (frame: number, otherwise: number): number => event.tsUs[frame - event.firstFrame] ?? otherwise;
    if (frames === 0) startUs = event.tsUs[0]!;
    const to = event.firstFrame + event.count - 1;
    if (before + 1 >= event.firstFrame && before + 1 <= to) firstUs = at(before + 1, firstUs);
    if (seen >= event.firstFrame && seen <= to) lastUs = at(seen, lastUs);
    frames = to;
    if (frames > seen) break;
  }
  // Its packer is still at work: what is there was read, and the rest is looked at when it has grown.
  if (isMoved && frames < seen) return { kind: 'known', source: last };
  if (firstUs !== last.health.firstUs || lastUs !== last.health.lastUs) {
    if (frames === 0) return { kind: 'known', source: last };
    // One that only began at the same moment under another name is no successor.
    return {
      kind: 'read',
      id: idOf(isMoved ? path : `${path}\0${startUs}`),
      skip: 0,
      ...(isMoved ? {} : { gone: last }),
    };
  }
  const moved = isMoved && !existsSync(last.path) ? { moved: of } : {};
  if (frames <= seen) return { kind: 'known', source: last, ...moved };
  const [, own = last.id] = /^(d-[0-9a-f]{16})/.exec(last.id) ?? [];
  return { kind: 'read', id: `${own}-${seen}`, skip: seen, after: last, ...moved };
};
