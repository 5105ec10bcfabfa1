/**
 * Finds the shared development material (captures, process data): the folder in GATEHOUSE_SHARED, or `../shared` beside
 * the repository. Tests that need it use `describeShared`; where it is absent they are skipped with a line that says so,
 * and in CI (CI=true) absence is a failure.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const folder = resolve(process.env.GATEHOUSE_SHARED ?? join(root, '..', 'shared'));

const sharedIsPresent = existsSync(join(folder, 'captures'));
/** Absolute path of something in the shared folder. */
export const sharedPath = (path: string): string => join(folder, path);
/** The capture file in `captures/<path>` whatever its ending. */
export const sharedCapture = (path: string): string => {
  const pcap = sharedPath(join('captures', path, 'capture.pcap'));
  return existsSync(pcap) ? pcap : `${pcap}ng`;
};
export const describeShared = (name: string, body: () => void): void => {
  if (sharedIsPresent) describe(name, body);
  else if (process.env.CI === 'true') {
    it(`${name}: the shared material must be present in CI`, () => {
      throw new Error(`no captures in ${folder}: set GATEHOUSE_SHARED to the folder that holds captures/`);
    });
  } else describe.skip(`${name} (no shared material in ${folder}; set GATEHOUSE_SHARED)`, body);
};

export interface SharedCapture {
  /** `modbus/zeek.modbus`. */
  readonly name: string;
  /** Its folder: the protocol it was collected for. */
  readonly folder: string;
  readonly path: string;
}

/** Every capture, in order of name; empty where the material is absent. */
export const sharedCaptures = (): SharedCapture[] =>
  !sharedIsPresent
    ? []
    : readdirSync(sharedPath('captures'), { withFileTypes: true })
        .filter((folder) => folder.isDirectory())
        .flatMap((folder) =>
          readdirSync(join(sharedPath('captures'), folder.name)).map((name) => ({
            name: `${folder.name}/${name}`,
            folder: folder.name,
            path: sharedCapture(`${folder.name}/${name}`),
          })),
        )
        .filter((c) => existsSync(c.path))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
