/** Which decoders look where: by port, EtherType, LLC id or IP protocol number, in the order of `decode/list.ts`. */
import type { Decoder } from '../core/decoder.ts';

/** One visible list per attachment, in the order of `decode/list.ts`. */
export interface Attached {
  readonly all: readonly Decoder[];
  readonly byHint: ReadonlyMap<number, readonly Decoder[]>;
}

export const attach = (decoders: readonly Decoder[], over: string): Attached => {
  const all: Decoder[] = [];
  const byHint = new Map<number, Decoder[]>();
  for (const d of decoders)
    for (const a of d.attach) {
      if (a.over !== over) continue;
      if (!all.includes(d)) all.push(d);
      const hints =
        a.over === 'tcp' || a.over === 'udp'
          ? a.ports
          : a.over === 'ethertype'
            ? a.types
            : a.over === 'ip'
              ? a.protocols
              : a.over === 'llc'
                ? [...(a.dsaps ?? []), ...(a.snap ?? []).map((x) => x + SNAP_BASE)]
                : [];
      for (const h of hints) {
        const list = byHint.get(h);
        if (!list) byHint.set(h, [d]);
        else if (!list.includes(d)) list.push(d);
      }
    }
  return { all, byHint };
};

/** SNAP ids share a map with DSAPs and are moved out of their range (see `link.ts`). */
const SNAP_BASE = 0x1_0000_0000_00;
export const NO_DECODERS: readonly Decoder[] = [];
