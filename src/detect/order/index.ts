/**
 * The order of operations of a client at a device: runs of three different operations that never followed each other. Source:
 * Yoon, Ciocarlie, Communication pattern monitoring: improving the utility of anomaly detection for industrial control
 * systems, NDSS SENT (2014); n-grams after Forrest et al., A sense of self for Unix processes, IEEE S&P (1996).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Command } from '../../core/observation.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { IntTable } from '../../lib/int-table.ts';
import { Interner } from '../../lib/interner.ts';
import { PairCache } from '../../lib/pair-cache.ts';
import { isControl, siteLearning } from '../shared/learning.ts';
import { count, watchedFor, who, words } from '../shared/parts.ts';
import { rowFromElsewhere } from '../shared/sides.ts';
import { fromText, toText } from '../shared/text.ts';

export const NEW_ORDER: FindingKind = {
  code: 'new-order',
  family: 'anomaly',
  title: '{client} acts on {server} in an order never seen',
  what: '{client} sent to {server}, one after the other: {sequence}.',
  comparedWith: 'In {watched} of watching, {number} other sequences were seen between the two, this one not.',
  innocent: 'A rare step of the same program, or an operator who did things in another order.',
  check: [
    'Does the sequence make sense for the machine?',
    'Was an operator or engineer at {client}?',
    'What came next?',
  ],
  severity: 'quality',
  techniques: ['T0855', 'T0858'],
  needsLearning: true,
};
/** Pairs of client and device followed, and sequences over all of them; beyond them new ones are not judged. */
export const MAX_PAIRS = 20_000;
export const MAX_SEQUENCES = 100_000;
/** Sequences of one pair; a pair with more has no order to speak of. */
const MAX_PER_PAIR = 200;
const READ = 0;

const create = (context: DetectorContext): RunningDetector => {
  const pairs = new IntTable();
  const operations = new Interner(4096);
  operations.id('reads');
  const known = new Known(MAX_SEQUENCES);
  /** Last two operations, sequences, first time, time of the newest sequence, operations seen; by row of `pairs`. */
  const state: number[][] = [];
  let overflow = 0;

  const rows = new PairCache(12);
  const rowOf = (at: At, target: number): number => {
    const cached = rows.get(at.client, target);
    if (cached >= 0) return cached;
    const row = found(at, target);
    if (row >= 0) rows.set(at.client, target, row);
    return row;
  };
  const found = (at: At, target: number): number => {
    const client = context.host(at.client);
    const device = context.host(target);
    const own = pairs.find(client, device, 0, 0);
    if (own >= 0) return own;
    const elsewhere = rowFromElsewhere(context, client, device, (a, b) => pairs.find(a, b, 0, 0));
    if (elsewhere >= 0) return elsewhere;
    if (pairs.count >= MAX_PAIRS) {
      overflow++;
      return -1;
    }
    state.push([-1, -1, 0, at.tsUs, at.tsUs, 0]);
    return pairs.add(client, device, 0, 0);
  };

  const step = (at: At, c: Command, operation: number): void => {
    const row = rowOf(at, c.target);
    if (row < 0) return;
    const s = state[row]!;
    const [before, last] = [s[0]!, s[1]!];
    if (operation === last) return;
    s[0] = last;
    s[1] = operation;
    s[5]!++;
    if (before < 0 || last < 0) return;
    const seq = known.see(row, before, last, operation, at.tsUs, DOUBTED);
    if (known.state(seq) === USUAL) return;
    const armed =
      context.phase === 'watching' && s[5]! >= 200 && s[2]! <= MAX_PER_PAIR && at.tsUs - s[4]! >= s[4]! - s[3]!;
    if (!armed) {
      if (context.isSuspect(at.client)) return;
      known.setState(seq, USUAL);
      s[2]!++;
      s[4] = at.tsUs;
      return;
    }
    const times = known.due(seq, at.tsUs, 10_000_000);
    if (times === 0) return;
    const names = [before, last, operation].map((o) => operations.texts[o] ?? '');
    context.state({
      kind: NEW_ORDER,
      key: `${pairs.part(row, 0)} ${pairs.part(row, 1)}`,
      actor: at.client,
      target: c.target,
      protocol: at.protocol,
      verb: c.verb,
      tsUs: at.tsUs,
      times,
      // Alone it is a hint for the record; together with others it joins an incident.
      surprise: 0.45,
      certainty: 'possible',
      frames: [at.requestFrame, at.frame],
      parts: {
        client: who(at.client),
        server: who(c.target),
        sequence: words(names.join(', ')),
        number: count(s[2]!),
        watched: watchedFor(context.watchedUs),
      },
    });
  };
  return {
    poll(at, c) {
      if (at.client > 0 && c.target > 0 && isControl(context, at.protocol, false)) step(at, c, READ);
    },
    command(at, c) {
      if (at.client <= 0 || c.target <= 0 || !isControl(context, at.protocol, false)) return;
      const operation =
        c.verb === 'read' ? READ : operations.id(`${c.operation}${c.outcome === 'refused' ? ' (refused)' : ''}`);
      if (operation >= 0) step(at, c, operation);
    },
    learning: () =>
      siteLearning(
        context,
        overflow + known.overflow > 0 ? `the table of ${MAX_PAIRS} pairs or ${MAX_SEQUENCES} sequences is full` : '',
      ),
    accept(finding) {
      if (finding.kind !== NEW_ORDER.code) return false;
      const row = pairs.find(context.host(finding.actor), context.host(finding.target), 0, 0);
      if (row < 0) return false;
      for (let seq = 0; seq < known.size; seq++)
        if (known.part(seq, 0) === row && known.state(seq) !== USUAL) {
          known.setState(seq, USUAL);
          state[row]![2]!++;
        }
      return true;
    },
    save: () =>
      toText({
        pairs: state.map((_, row) => [pairs.part(row, 0), pairs.part(row, 1)]),
        state,
        known: known.save(),
        operations: operations.texts,
        overflow,
      }),
    load(text) {
      const saved = fromText(text) as {
        readonly pairs: readonly (readonly [number, number])[];
        readonly state: readonly number[][];
        readonly known: KnownRows;
        readonly operations: readonly string[];
        readonly overflow: number;
      };
      for (const [client, device] of saved.pairs) pairs.add(client, device, 0, 0);
      state.push(...saved.state);
      known.load(saved.known);
      operations.load(saved.operations);
      overflow = saved.overflow;
    },
  };
};

export const order: Detector = {
  name: 'order',
  card: {
    notices: 'Three operations of a client at a device in an order that never was.',
    worksWhen:
      'The client follows a program: no new sequence came for half of the time the pair is known, after two hundred steps.',
    failsWhen:
      'People operate in any order (more than 200 sequences: not judged). It is a hint below what asks for a look, for incidents.',
    cost: 'One table look-up per poll (about 25 ns); 70 octets per sequence, at most 100,000.',
    source: 'Yoon, Ciocarlie: Communication pattern monitoring, NDSS SENT (2014); Forrest et al., IEEE S&P (1996)',
  },
  kinds: [NEW_ORDER],
  create,
};
