/**
 * The facts of one asset together: observed ones of all its endpoints, and what follows from them (vendor by MAC prefix,
 * knowledge in `data/fingerprints`). Which value of an attribute is shown first, and the users seen.
 */
import type { EndpointView } from '../core/endpoint.ts';
import type { Evidence } from '../core/frame.ts';
import type { Fact, FactAttribute } from '../core/site.ts';
import { macKind } from '../lib/ip-scope.ts';
import type { Facts } from './facts.ts';
import type { Fingerprint } from './knowledge.ts';
import { matches } from './matching.ts';
import type { Group } from './nodes.ts';
import { macVendor } from './vendor.ts';

const ORIGIN_RANK: Readonly<Record<Fact['origin'], number>> = { manual: 3, observed: 2, derived: 1, imported: 0 };

export interface RankedFact extends Fact {
  readonly order: number;
  /** In a rack: 0 the controller, 1 what holds the address, 2 another module. Outside of one: 1. */
  readonly place: number;
}

/** Facts come by the ten thousand and are read everywhere: all of one hidden class, which objects put together by parts are not. */
const ranked = (f: Fact, order: number, place: number): RankedFact => ({
  endpoint: f.endpoint,
  attribute: f.attribute,
  value: f.value,
  confidence: f.confidence,
  via: f.via,
  protocol: f.protocol,
  origin: f.origin,
  firstUs: f.firstUs,
  lastUs: f.lastUs,
  count: f.count,
  evidence: f.evidence,
  order,
  place,
});

/** Device types of what a rack is there for. */
const CONTROLLER = /programmable logic controller|safety controller/i;

/** Longest time an older value of higher confidence outlives a newer one: the newest of equal worth wins. */
const better = (a: RankedFact, b: RankedFact): boolean => {
  const hand = (f: RankedFact) => (f.origin === 'manual' ? 1 : 0);
  if (hand(a) !== hand(b)) return hand(a) > hand(b);
  if (a.confidence !== b.confidence) return a.confidence > b.confidence;
  if (ORIGIN_RANK[a.origin] !== ORIGIN_RANK[b.origin]) return ORIGIN_RANK[a.origin] > ORIGIN_RANK[b.origin];
  if (a.place !== b.place) return a.place < b.place;
  return a.order > b.order;
};

export const bestOf = (list: readonly RankedFact[], attribute: FactAttribute): RankedFact | undefined => {
  let best: RankedFact | undefined;
  for (const f of list) if (f.attribute === attribute && (best === undefined || better(f, best))) best = f;
  return best;
};

/** Where facts by hand about the group are kept: its founder, negative when that endpoint belongs to a host behind it. */
export const handleOf = (group: Group): number =>
  group.endpoints.includes(group.founder) ? group.founder : -group.founder;

/** All facts of the group: first the observed ones in order of first sighting, then the derived. */
export const factsOfGroup = (
  group: Group,
  facts: Facts,
  view: EndpointView,
  fingerprints: readonly Fingerprint[],
  sighted: ReadonlyMap<number, Evidence>,
): RankedFact[] => {
  const out: RankedFact[] = [];
  const handle = handleOf(group);
  for (const endpoint of handle < 0 ? [handle, ...group.endpoints] : group.endpoints) {
    const own = facts.of(endpoint).filter((e) => !e.removed);
    const isModule = group.kind === 'device' && endpoint > 0 && view.get(endpoint).parent !== undefined;
    const leads = isModule && own.some((e) => e.attribute === 'device-type' && CONTROLLER.test(facts.fact(e).value));
    const place = leads ? 0 : isModule ? 2 : 1;
    for (const e of own) out.push(ranked(facts.fact(e), e.order, place));
  }
  out.sort((a, b) => a.firstUs - b.firstUs || a.order - b.order);
  const traffic = view.traffic(group.founder);
  const shown = [group.founder, ...group.endpoints].find((id) => sighted.has(id));
  const seen = shown === undefined ? undefined : sighted.get(shown);
  for (const mac of group.macs) {
    const vendor = macVendor(mac);
    if (vendor === '' || macKind(mac) !== 'device') continue;
    out.push({
      endpoint: group.founder,
      attribute: 'vendor',
      value: vendor,
      confidence: 0.6,
      via: 'vendor list of MAC prefixes',
      protocol: 'ethernet',
      origin: 'derived',
      firstUs: traffic.firstUs,
      lastUs: traffic.lastUs,
      count: 1,
      evidence: seen === undefined ? (out[0]?.evidence ?? []) : [seen],
      order: 0,
      place: 1,
    });
  }
  const observed = out.length;
  for (const print of fingerprints) {
    for (let i = 0; i < observed; i++) {
      const f = out[i]!;
      if (f.attribute !== print.attribute || !matches(print.pattern, f.value)) continue;
      for (const [attribute, value] of print.gives)
        out.push({
          endpoint: f.endpoint,
          attribute,
          value: expand(print.pattern, f.value, value),
          confidence: Math.min(f.confidence, print.confidence),
          via: `fingerprint ${print.id} from ${f.attribute} "${f.value}"`,
          protocol: f.protocol,
          origin: 'derived',
          firstUs: f.firstUs,
          lastUs: f.lastUs,
          count: f.count,
          evidence: f.evidence,
          order: f.order,
          place: f.place,
        });
      break;
    }
  }
  return out;
};

/** `value` with `$1` .. `$9` replaced by the groups of the match. */
const expand = (pattern: RegExp, text: string, value: string): string => {
  const m = pattern.exec(text);
  return m === null ? value : value.replace(/\$(\d)/g, (_, n: string) => m[Number(n)] ?? '');
};
