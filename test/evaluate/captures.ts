/**
 * Evaluates the IEC 104 captures of IPAL (Wolsing et al., IPAL: breaking up silos of protocol-dependent and domain-specific
 * industrial intrusion detection systems, RAID 2022) whose messages were copied (C) or removed (R): what is reported of
 * each, and of the clean ones. The truth is derived from the frames: a copy is a frame that occurs twice, octet by octet.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCapture, readFrames } from '../drive.ts';

export interface CaptureCase {
  readonly name: string;
  readonly kind: 'copied' | 'removed' | 'clean';
  /** Frames that the label file says were copied or removed; 0 for clean ones. */
  readonly labelled: number;
  /** Copies (octet by octet) among the frames, and how many of them were reported at the copy itself. */
  readonly copies: number;
  readonly copiesReported: number;
  /** Repeated frames reported that are none. */
  readonly copiesWrong: number;
  /** Gaps told by the numbers of the protocol, and octets that TCP found missing. */
  readonly gaps: number;
  readonly missingOctets: number;
}

const labelsOf = (folder: string): number => {
  const labels = join(folder, 'expected', 'label');
  if (!existsSync(labels)) return 0;
  return readdirSync(labels)
    .map((f) => readFileSync(join(labels, f), 'utf8'))
    .join('\n')
    .split('\n')
    .filter((line) => /^(Cloned|Removed) packet/.test(line)).length;
};

export const evaluateCapture = async (folder: string, name: string): Promise<CaptureCase> => {
  const path = join(folder, 'capture.pcap');
  const seen = new Set<string>();
  const copies = new Set<number>();
  (await readFrames(path)).forEach((f, i) => {
    const octets = Buffer.from(f.bytes).toString('latin1');
    if (seen.has(octets)) copies.add(i + 1);
    else seen.add(octets);
  });
  const repeated = new Set<number>();
  let gaps = 0;
  const run = await decodeCapture(path, {
    each: (kind, at, what) => {
      if (kind !== 'weird') return;
      const { code } = what as { readonly code: string };
      if (code === 'tcp.frame-repeated') repeated.add(at.frame);
      if (code === 'iec104.sequence-gap') gaps++;
    },
  });
  const labelled = labelsOf(folder);
  return {
    name,
    kind: labelled === 0 ? 'clean' : name.includes('.C-') ? 'copied' : 'removed',
    labelled,
    copies: copies.size,
    copiesReported: [...copies].filter((f) => repeated.has(f)).length,
    copiesWrong: [...repeated].filter((f) => !copies.has(f)).length,
    gaps,
    missingOctets: run.health.missingBytes,
  };
};

/** Every capture folder below `folder`, in order of name. */
export const evaluateCaptures = async (folder: string): Promise<CaptureCase[]> => {
  const out: CaptureCase[] = [];
  for (const name of readdirSync(folder).sort())
    if (existsSync(join(folder, name, 'capture.pcap'))) out.push(await evaluateCapture(join(folder, name), name));
  return out;
};
