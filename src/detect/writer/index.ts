/**
 * Who writes to which controller, and which addresses: a write from a client that never wrote there, or to an address it
 * never wrote. Source: the novelty of command relations in process networks; Cheung et al., Using model-based intrusion
 * detection for SCADA networks, SCADA Security Scientific Symposium (2007).
 */
import type { Detector, DetectorContext, Learning, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { Finding } from '../../core/finding.ts';
import type { At, Command, Verb } from '../../core/observation.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { Usual } from '../../learn/network/usual.ts';
import { type SavedVisits, Visits } from '../../learn/network/visits.ts';
import { Interner } from '../../lib/interner.ts';
import { isControl, isTalk, siteLearning } from '../shared/learning.ts';
import { count, counted, howItWent, howLong, valueText, watchedFor, who, whoAll, words } from '../shared/parts.ts';
import { rowFromElsewhere } from '../shared/sides.ts';
import { fromText, toText } from '../shared/text.ts';
import { MANY_OUTPUTS, NEW_WRITER, NEW_WRITTEN_POINT, OTHER_CARD } from './kinds.ts';

/** Pairs of client and controller; beyond it new ones are told and not remembered, and learning says so. */
export const MAX_PAIRS = 50_000;
/** Written addresses over all pairs. */
export const MAX_WRITTEN = 200_000;
/** Texts of addresses; beyond it further ones count as one. */
export const MAX_OBJECTS = 65_536;
/** Addresses of one pair; a client that writes more of them is not judged by address. */
export const MAX_PER_PAIR = 1024;
/** Pairs told one by one by `learning`. */
const MAX_LEARNING = 64;
/** Writes before addresses of a pair are judged. */
const NEEDED_WRITES = 20;
/** Hosts behind one network card from which on it is a router's: it commands under many addresses. */
const ROUTER_FROM = 4;
/** Cards remembered of one host. */
const MAX_CARDS = 8;
const DAY_US = 86_400_000_000;
const WEEK_US = 7 * DAY_US;
const TELL_EVERY_US = 10_000_000;

/**
 * Outputs of one controller that are operated for the first time within MANY_US, from which on somebody goes through them. A person
 * needs longer for each; who operates one a day is not known well enough for a single new one. Source: MITRE ATT&CK T0806, as Industroyer did.
 */
const MANY = 5;
const MANY_US = 60_000_000;

/** Controllers that a station wrote to while learning, from which on it is one that writes to any of them. */
const ROAMS = 2;
/** Why what an engineer does every week asks a person now. */
const PROBATION = ' The station did something odd before, which nobody has explained since.';
const WRITES: ReadonlySet<Verb> = new Set<Verb>(['write', 'control', 'force']);
const OPERATES: ReadonlySet<Verb> = new Set<Verb>(['control', 'force']);

interface Pair {
  objects: number;
  writes: number;
  firstUs: number;
  lastUs: number;
  /** Last time that an address was learned. */
  newUs: number;
  /** Outputs operated for the first time within MANY_US since `atUs`; `known` before. */
  fresh?: { count: number; readonly atUs: number; readonly known: number };
}
interface Saved {
  readonly pairs: KnownRows;
  readonly written: KnownRows;
  readonly objects: readonly string[];
  readonly learned: readonly (readonly [number, Pair])[];
  readonly cards?: readonly (readonly [EndpointId, readonly EndpointId[]])[];
  readonly visits: SavedVisits;
}

const create = (context: DetectorContext): RunningDetector => {
  const pairs = new Known(MAX_PAIRS);
  const written = new Known(MAX_WRITTEN);
  const objects = new Interner(MAX_OBJECTS);
  objects.id('');
  const writersOf = new Usual();
  const learned = new Map<number, Pair>();
  /** Endpoints (address and network card) that commanded as one host. Bounded by the pairs that are usual. */
  const cards = new Map<EndpointId, EndpointId[]>();
  const cardOf = (endpoint: EndpointId): string => context.endpoints.get(endpoint).mac ?? '';
  const isRouter = (mac: string): boolean => {
    const hosts = new Set<EndpointId>();
    for (let id = 1; id <= context.endpoints.count && hosts.size < ROUTER_FROM; id++)
      if (cardOf(id) === mac) hosts.add(context.host(id));
    return hosts.size >= ROUTER_FROM;
  };
  /** Cards that were found to be other ones, and when: whether one is a router's is looked at again now and then. */
  const others = new Map<EndpointId, number>();
  /** Another card than those that commanded under this address: somebody may have taken it over. */
  const isOtherCard = (endpoint: EndpointId, host: EndpointId, tsUs: number, mayLearn: boolean): boolean => {
    const known = cards.get(host);
    if (known?.includes(endpoint) === true) return false;
    const lookedUs = others.get(endpoint);
    if (lookedUs !== undefined && !mayLearn && tsUs - lookedUs < TELL_EVERY_US && tsUs >= lookedUs) return true;
    const mac = cardOf(endpoint);
    if (mac === '') return false;
    others.delete(endpoint);
    if (known === undefined) cards.set(host, [endpoint]);
    else if (!mayLearn && !known.some((e) => cardOf(e) === mac) && !isRouter(mac)) {
      if (others.size < MAX_PAIRS) others.set(endpoint, tsUs);
      return true;
    } else if (known.length < MAX_CARDS) known.push(endpoint);
    return false;
  };
  const visits = new Visits();
  /** Controllers that a client wrote to while learning. */
  const wrote = new Map<number, number>();

  const learnPair = (row: number): void => {
    pairs.setState(row, USUAL);
    const [client, target] = [pairs.part(row, 0), pairs.part(row, 1)];
    writersOf.add(target, client);
    wrote.set(client, (wrote.get(client) ?? 0) + 1);
  };
  /**
   * An engineering station that changed several controllers while learning, or that is not watched for a week yet, changes
   * another one: engineers do. It is for the record then; what was changed, and from where somebody worked there, is for
   * others to judge. Never at a safety controller, nor of a station that did something odd before.
   */
  const isEngineers = (client: number, target: number): boolean => {
    if (context.role(target) === 'safety-controller') return false;
    if ((wrote.get(client) ?? 0) >= ROAMS && visits.roams(client)) return true;
    // In a first week it gets round to each of its controllers: that it does is what it is there for. What it is says the
    // inventory, often only after its first download, or that it goes online here and there and leaves again.
    return context.watchedUs < WEEK_US && (context.role(client) === 'engineering-station' || visits.roams(client));
  };

  /**
   * Addresses are judged once the client has shown that it knows what it writes: nothing new came in the second half of
   * the time it is known.
   */
  const knowsItsPoints = (p: Pair, tsUs: number): boolean =>
    p.writes >= NEEDED_WRITES && p.objects <= MAX_PER_PAIR && tsUs - p.newUs >= p.newUs - p.firstUs;

  const pairOf = (row: number, tsUs: number): Pair => {
    let p = learned.get(row);
    if (p === undefined) {
      p = { objects: 0, writes: 0, firstUs: tsUs, lastUs: tsUs, newUs: tsUs };
      learned.set(row, p);
    }
    return p;
  };

  const learnObject = (row: number, p: Pair, tsUs: number): void => {
    written.setState(row, USUAL);
    p.objects++;
    p.newUs = tsUs;
  };

  /** Counts an output that is operated; the same one again counts once. */
  const goesThrough = (p: Pair, isNew: boolean, tsUs: number): NonNullable<Pair['fresh']> => {
    if (p.fresh === undefined || tsUs < p.fresh.atUs || tsUs - p.fresh.atUs > MANY_US)
      p.fresh = { count: 0, atUs: tsUs, known: p.objects };
    if (isNew) p.fresh.count++;
    return p.fresh;
  };

  const isUsual = (row: number): boolean => row >= 0 && pairs.state(row) === USUAL;
  /** As it is seen now, or from the side of a router from which it was learned. */
  const rowOf = (client: EndpointId, target: EndpointId, tsUs: number): number => {
    const own = pairs.find(client, target, 0, 0);
    const elsewhere = isUsual(own)
      ? -1
      : rowFromElsewhere(context, client, target, (c, t) => {
          const row = pairs.find(c, t, 0, 0);
          return isUsual(row) ? row : -1;
        });
    return elsewhere >= 0 ? elsewhere : pairs.see(client, target, 0, 0, tsUs, DOUBTED);
  };

  const partsOf = (at: At, c: Command, mayLearn: boolean) => ({
    client: who(at.client),
    server: who(c.target),
    operation: words(c.operation),
    object: words(addressOf(c)),
    value: words(c.value === undefined ? 'not told' : valueText(c.value)),
    outcome: words(c.outcome),
    how: howItWent(c),
    doubt: words(mayLearn ? '' : PROBATION),
    watched: watchedFor(context.watchedUs),
  });

  const command = (at: At, c: Command): void => {
    if (!WRITES.has(c.verb) || !isControl(context, at.protocol)) return;
    if (at.client <= 0 || c.target <= 0 || context.isGroup(c.target)) return;
    const { tsUs } = at;
    const client = context.host(at.client);
    const target = context.host(c.target);
    const mayLearn = !context.isSuspect(at.client);
    const learning = context.phase === 'learning' && mayLearn;
    const row = rowOf(client, target, tsUs);
    if (learning && pairs.state(row) !== USUAL) {
      learnPair(row);
    }
    const common = {
      actor: at.client,
      target: c.target,
      protocol: at.protocol,
      verb: c.verb,
      tsUs,
      certainty: 'certain' as const,
      frames: [at.requestFrame, at.frame],
    };
    if (pairs.state(row) !== USUAL) {
      const times = context.phase === 'watching' ? pairs.due(row, tsUs, TELL_EVERY_US) : 0;
      if (times === 0) return;
      const usual = writersOf.of(target);
      const isExpected = mayLearn && isEngineers(client, target);
      // Told on two days and nothing odd about it: from the next time on it is usual.
      if (isExpected && tsUs - pairs.firstUs(row) >= DAY_US) learnPair(row);
      context.state({
        ...common,
        kind: NEW_WRITER,
        key: `${client} ${target}`,
        times,
        surprise: isExpected ? 0.45 : c.outcome === 'refused' ? 0.8 : 0.9,
        parts: { ...partsOf(at, c, mayLearn), usual: usual.length === 0 ? words('nobody') : whoAll(usual) },
      });
      return;
    }
    if (isOtherCard(at.client, client, tsUs, learning) && context.phase === 'watching')
      context.state({
        ...common,
        kind: OTHER_CARD,
        key: `${client} ${target}`,
        surprise: 0.75,
        parts: {
          ...partsOf(at, c, mayLearn),
          card: words(cardOf(at.client)),
          before: words(cards.get(client)!.map(cardOf).join(', ')),
        },
      });
    const p = pairOf(row, tsUs);
    const object = Math.max(0, objects.id(addressOf(c)));
    const o = written.see(row, object, 0, 0, tsUs, DOUBTED);
    const isNew = written.isNew;
    const judged = knowsItsPoints(p, tsUs);
    if (mayLearn) {
      p.writes++;
      p.lastUs = tsUs;
    }
    if (written.state(o) === USUAL) return;
    const fresh = context.phase === 'watching' && OPERATES.has(c.verb) ? goesThrough(p, isNew, tsUs) : undefined;
    if (fresh !== undefined && fresh.count >= MANY) {
      context.state({
        ...common,
        kind: MANY_OUTPUTS,
        key: `${client} ${target}`,
        sinceUs: fresh.atUs,
        surprise: 0.8,
        parts: {
          ...partsOf(at, c, mayLearn),
          number: count(fresh.count),
          within: howLong(MANY_US),
          before: counted(fresh.known, 'output'),
        },
      });
      return;
    }
    const seldom = p.writes <= NEEDED_WRITES;
    if (learning || (mayLearn && !judged)) {
      learnObject(o, p, tsUs);
      // Of one who writes now and then nothing can be expected, and nothing is passed over in silence.
      if (learning || !seldom || context.phase !== 'watching') return;
    } else if (context.phase !== 'watching' || (mayLearn && !judged)) return;
    const times = written.due(o, tsUs, TELL_EVERY_US);
    if (times === 0) return;
    context.state({
      ...common,
      kind: NEW_WRITTEN_POINT,
      key: `${client} ${target} ${addressOf(c)}`,
      times,
      // Who did something odd before has no right to be taken for an engineer at work.
      surprise: judged ? 0.6 : mayLearn ? 0.45 : 0.55,
      parts: { ...partsOf(at, c, mayLearn), number: counted(p.objects, 'other address', 'other addresses') },
    });
  };

  return {
    command,
    flow(_at, f) {
      if (!f.final || context.phase !== 'learning' || !isTalk(f) || !isControl(context, f.service, false)) return;
      if (!context.isSuspect(f.client))
        visits.add(context.host(f.client), context.host(f.server), f.lastUs - f.firstUs);
    },
    learning() {
      const out: Learning[] = siteLearning(
        context,
        pairs.overflow + written.overflow > 0
          ? `the table of ${MAX_PAIRS} writers or ${MAX_WRITTEN} addresses is full`
          : '',
      );
      for (const [row, p] of learned) {
        if (out.length > MAX_LEARNING) break;
        if (knowsItsPoints(p, p.lastUs)) continue;
        out.push({
          of: { kind: 'conversation', client: pairs.part(row, 0), server: pairs.part(row, 1), protocol: '' },
          seen: Math.min(p.writes, NEEDED_WRITES),
          needed: NEEDED_WRITES,
          unit: 'writes',
          unarmed:
            p.objects > MAX_PER_PAIR
              ? `writes more than ${MAX_PER_PAIR} addresses`
              : p.writes >= NEEDED_WRITES
                ? 'still writes new addresses'
                : '',
        });
      }
      return out;
    },
    accept(finding: Finding) {
      const client = context.host(finding.actor);
      const row = pairs.find(client, context.host(finding.target), 0, 0);
      if (row < 0) return false;
      if (finding.kind === NEW_WRITER.code) {
        if (pairs.state(row) !== USUAL) learnPair(row);
        pairOf(row, finding.lastUs);
        return true;
      }
      if (finding.kind === OTHER_CARD.code) {
        const known = cards.get(client);
        if (known === undefined || known.length >= MAX_CARDS) return false;
        known.push(finding.actor);
        others.delete(finding.actor);
        return true;
      }
      const isMany = finding.kind === MANY_OUTPUTS.code;
      if (!isMany && finding.kind !== NEW_WRITTEN_POINT.code) return false;
      let done = false;
      for (let o = 0; o < written.size; o++)
        if (
          written.part(o, 0) === row &&
          written.state(o) !== USUAL &&
          (isMany || told(finding) === objects.texts[written.part(o, 1)])
        ) {
          learnObject(o, pairOf(row, finding.lastUs), finding.lastUs);
          done = true;
        }
      return done;
    },
    save: () =>
      toText({
        pairs: pairs.save(),
        written: written.save(),
        objects: objects.texts,
        learned: [...learned],
        cards: [...cards],
        visits: visits.save(),
      } satisfies Saved),
    load(text) {
      const saved = fromText(text) as Saved;
      pairs.load(saved.pairs);
      written.load(saved.written);
      objects.load(saved.objects);
      visits.load(saved.visits);
      for (const [row, p] of saved.learned) learned.set(row, p);
      for (const [host, endpoints] of saved.cards ?? []) cards.set(host, [...endpoints]);
      for (let row = 0; row < pairs.size; row++) if (pairs.state(row) === USUAL) learnPair(row);
    },
  };
};

/** As it is told, so that an accepted finding is found again. */
const addressOf = (c: Command): string => (c.object ?? 'no address told').slice(0, 512);
const told = (finding: Finding): string => {
  const part = finding.parts.object;
  return part?.kind === 'text' ? part.text : '';
};

export const writer: Detector = {
  name: 'writer',
  card: {
    notices:
      'A client that writes to a controller it never wrote to, or to an address of it that it never wrote; one that goes through the outputs of a controller.',
    worksWhen:
      'The writers of a controller are few and stay the same, as on most lines. Addresses are judged once a client has ' +
      'written nothing new for as long as it took to show what it writes.',
    failsWhen:
      'The attacker uses a station that writes there anyway and the addresses it writes anyway: then only the values can ' +
      'tell (write range, process guards), or from where somebody worked there (origin). An engineering station that wrote to ' +
      'several controllers while learning, and in the first week any engineering station, is expected to write to others too: ' +
      'that is kept below what asks a person, unless the station did something odd before. ' +
      'Encrypted protocols do not show writes.',
    cost: 'Nothing per read; about 60 ns per write; 70 octets per pair and address, at most 50,000 and 200,000.',
    source: 'Cheung et al.: Using model-based intrusion detection for SCADA networks, S4 (2007)',
  },
  kinds: [NEW_WRITER, NEW_WRITTEN_POINT, MANY_OUTPUTS, OTHER_CARD],
  create,
};
