/** Looks at what a person named before anything is begun: what cannot be used is refused at once and by its name. */
import { stat } from 'node:fs/promises';
import { openCaptureFile } from '../capture/file.ts';
import { readCapture } from '../capture/reader.ts';
import { hasCapture } from '../capture/watch.ts';
import { OperatingError } from '../core/errors.ts';
import { LINK } from '../core/frame.ts';
import { linkText } from './link-names.ts';
import { startLiveCapture } from './live-capture.ts';

export { hasCapture };

const UNDERSTOOD: ReadonlySet<number> = new Set(Object.values(LINK));

/** Why a capture that was read to its end shows nothing; undefined where it holds a frame of a link type that is understood. */
export const nothingIn = (
  path: string,
  frames: number,
  unknown: ReadonlyMap<number, number>,
): OperatingError | undefined => {
  if (frames === 0) return new OperatingError('input.no-frames', { path });
  let not = 0;
  for (const count of unknown.values()) not += count;
  return not < frames ? undefined : new OperatingError('input.link-type', { path, linkType: linkText(unknown.keys()) });
};

/**
 * Refuses a file that is no capture, or one in which there is nothing to see. Reads until the first frame that is
 * understood. `name` is how the person called it. Throws what `readCapture` throws, `input.no-frames`, `input.link-type`.
 */
export const refuseUseless = async (path: string, name: string): Promise<void> => {
  const file = await openCaptureFile(path);
  let frames = 0;
  const unknown = new Map<number, number>();
  try {
    for await (const event of readCapture(file.chunks(), { name })) {
      if (event.kind !== 'frames') continue;
      frames += event.count;
      for (let i = 0; i < event.count; i++) {
        const linkType = event.linkType[i]!;
        if (UNDERSTOOD.has(linkType)) return;
        unknown.set(linkType, (unknown.get(linkType) ?? 0) + 1);
      }
    }
  } finally {
    await file.close();
  }
  const error = nothingIn(name, frames, unknown);
  if (error !== undefined) throw error;
};

/** A pipe or device is read once only: it is handed over as standard input. Throws `input.not-a-file`, `input.not-found`. */
export const kindOf = async (path: string, name: string): Promise<'file' | 'folder'> => {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) throw new OperatingError('input.not-found', { path: name });
  if (info.isDirectory()) return 'folder';
  if (!info.isFile()) throw new OperatingError('input.not-a-file', { path: name });
  return 'file';
};

/** Listens to an interface for a moment. Throws as `startLiveCapture` does. */
export const refuseUnheard = async (name: string): Promise<void> => {
  const capture = await startLiveCapture({ interface: name });
  await capture.stop();
};
