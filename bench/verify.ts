/** Hashes every observation whole, with the texts of its endpoints: equal output proves that a change changed nothing. */
import { createHash } from 'node:crypto';
import type { EndpointView } from '../src/core/endpoint.ts';
import type { At } from '../src/core/observation.ts';
import type { SiteSink } from '../src/core/site-model.ts';

const plain = (_key: string, x: unknown): unknown => {
  if (typeof x === 'bigint') return `${x}n`;
  if (ArrayBuffer.isView(x)) return Array.from(x as Uint8Array);
  if (x instanceof Map) return [...x];
  if (typeof x === 'number' && !Number.isFinite(x)) return String(x);
  return x;
};

/** Key order does not count. */
const sorted = (x: unknown): unknown => {
  if (x === null || typeof x !== 'object' || ArrayBuffer.isView(x) || x instanceof Map) return x;
  if (Array.isArray(x)) return x.map(sorted);
  return Object.fromEntries(
    Object.entries(x)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
};

export const verifying = (endpoints: EndpointView, target: SiteSink) => {
  const hashes = new Map<string, { n: number; hash: ReturnType<typeof createHash> }>();
  const take = (kind: string, at: At | undefined, what: object): void => {
    const key = at === undefined ? kind : `${kind} ${at.protocol}`;
    let h = hashes.get(key);
    if (h === undefined) {
      h = { n: 0, hash: createHash('sha1') };
      hashes.set(key, h);
    }
    h.n++;
    const w =
      kind === 'values'
        ? {
            ...what,
            values: Array.from((what as { values: ArrayLike<number> }).values).slice(
              0,
              (what as { count: number }).count,
            ),
          }
        : what;
    h.hash.update(JSON.stringify(sorted([at, w]), plain));
  };
  const kinds = [
    'command',
    'values',
    'value',
    'identity',
    'module',
    'name',
    'session',
    'weird',
    'flow',
    'alias',
  ] as const;
  const sink = Object.create(target) as Record<string, unknown>;
  for (const kind of kinds)
    sink[kind] = (at: At, what: object) => {
      take(kind, kind === 'alias' ? undefined : at, what);
      (target[kind] as (at: At, what: object) => void).call(target, at, what);
    };
  return {
    sink: sink as unknown as SiteSink,
    result: (health: object): object => {
      const e = createHash('sha1');
      for (let id = 1; id <= endpoints.count; id++)
        e.update(JSON.stringify([endpoints.get(id), endpoints.spoke(id), endpoints.traffic(id)]));
      const model = target as SiteSink & { assets(): unknown[]; points(f: object): unknown; commands(): unknown };
      const all: [string, string][] = [...hashes].map(([k, { n, hash }]) => [
        k,
        `${n} ${hash.digest('hex').slice(0, 12)}`,
      ]);
      all.push(['endpoints', e.digest('hex').slice(0, 12)]);
      all.push([
        'health',
        createHash('sha1')
          .update(JSON.stringify(sorted(health), plain))
          .digest('hex')
          .slice(0, 12),
      ]);
      const of = (x: unknown) =>
        createHash('sha1')
          .update(JSON.stringify(sorted(x), plain))
          .digest('hex')
          .slice(0, 12);
      all.push(['assets', of(model.assets())]);
      all.push(['commands', of(model.commands())]);
      all.push(['points', of(model.points({ limit: 1_000_000 }))]);
      return { verify: Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1))) };
    },
  };
};
