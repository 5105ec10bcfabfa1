/**
 * A safety controller is spoken to in any way that is more than reading. Safety controllers are programmed rarely and
 * commanded never in normal operation, so this is a rule from the first frame. Source: the TRITON case, Johnson et al.,
 * Attackers deploy new ICS attack framework TRITON, FireEye (2017); IEC 61511-1:2016 section 11.2.
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Command } from '../../core/observation.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { Interner } from '../../lib/interner.ts';
import { isControl, siteLearning } from '../shared/learning.ts';
import { howItWent, watchedFor, who, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

export const SAFETY_TOUCHED: FindingKind = {
  code: 'safety-touched',
  family: 'policy',
  title: '{client} acts on the safety controller {server}',
  what: '{client} sent {operation} ({verb}) to the safety controller {server}: {how}.',
  comparedWith: 'In {watched} of watching, this client did {known} there.',
  innocent: 'A planned change or test of the safety program with a proof test afterwards.',
  check: [
    'Is there an approved change of this safety function, and who is at the engineering station?',
    'Is the key switch of the safety controller in RUN?',
    'Until it is known: treat the safety function as not available.',
  ],
  severity: 'safety',
  techniques: ['T0880', 'T0837'],
  needsLearning: false,
};

/** Relations of client, safety controller and operation. Beyond it every one is told as new. */
export const MAX_RELATIONS = 10_000;
const TELL_EVERY_US = 10_000_000;
const HARMLESS: ReadonlySet<string> = new Set(['read', 'subscribe', 'discover']);

interface Saved {
  readonly rows: KnownRows;
  readonly operations: readonly string[];
}

const create = (context: DetectorContext): RunningDetector => {
  const known = new Known(MAX_RELATIONS);
  const operations = new Interner(2048);
  const command = (at: At, c: Command): void => {
    if (HARMLESS.has(c.verb) || context.role(c.target) !== 'safety-controller') return;
    if (!isControl(context, at.protocol)) return;
    const client = context.host(Math.max(0, at.client));
    const target = context.host(c.target);
    const row = known.see(client, target, operations.id(`${c.verb} ${c.operation}`), 0, at.tsUs, DOUBTED);
    // Cyclic writes of a panel (acknowledge, life sign) recur while learning; what changes the controller never becomes usual.
    const cyclic = c.verb === 'write' || c.verb === 'control' || c.verb === 'invoke';
    if (cyclic) {
      if (known.state(row) === USUAL) return;
      if (context.phase === 'learning' && known.count(row) >= 20 && !context.isSuspect(at.client)) {
        known.setState(row, USUAL);
        return;
      }
    }
    const times = known.due(row, at.tsUs, TELL_EVERY_US);
    if (times === 0) return;
    context.state({
      kind: SAFETY_TOUCHED,
      key: `${client} ${target}`,
      actor: at.client,
      target: c.target,
      protocol: at.protocol,
      verb: c.verb,
      tsUs: at.tsUs,
      times,
      // While learning, a write may be the panel's life sign: on record, not yet worth a look.
      surprise: known.state(row) === USUAL ? 0.4 : !cyclic ? 0.97 : context.phase === 'learning' ? 0.45 : 0.85,
      certainty: 'certain',
      frames: [at.requestFrame, at.frame],
      parts: {
        client: at.client > 0 ? who(at.client) : words('an unseen client'),
        server: who(c.target),
        operation: words(c.operation),
        verb: words(c.verb),
        object: words(c.object ?? 'nothing more told'),
        outcome: words(c.outcome),
        how: howItWent(c),
        watched: watchedFor(context.watchedUs),
        known: words(
          known.count(row) > times
            ? `the same ${known.count(row) - times === 1 ? 'once' : `${known.count(row) - times} times`}`
            : 'nothing like it',
        ),
      },
    });
  };
  return {
    command,
    learning: () => siteLearning(context),
    accept(finding) {
      if (finding.kind !== SAFETY_TOUCHED.code) return false;
      let done = false;
      for (let row = 0; row < known.size; row++)
        if (
          known.part(row, 0) === context.host(Math.max(0, finding.actor)) &&
          known.part(row, 1) === context.host(finding.target)
        ) {
          known.setState(row, USUAL);
          done = true;
        }
      return done;
    },
    save: () => toText({ rows: known.save(), operations: operations.texts } satisfies Saved),
    load(text) {
      const saved = fromText(text) as Saved;
      known.load(saved.rows);
      operations.load(saved.operations);
    },
  };
};

export const safety: Detector = {
  name: 'safety',
  card: {
    notices:
      'Any command to a safety controller beyond reading: program, mode, force, restart, delete, settings, writes.',
    worksWhen: 'The inventory knows which devices are safety controllers (by protocol, model or by hand).',
    failsWhen:
      'The role is not known: name safety controllers by hand. Black-channel safety traffic (PROFIsafe, CIP Safety) inside ' +
      'of cyclic data is not judged here. Cyclic writes seen twenty times while learning become usual.',
    cost: 'One look at the role per command that is no read; at most 10,000 relations.',
    source: 'Johnson et al.: Attackers deploy new ICS attack framework TRITON, FireEye (2017); IEC 61511-1:2016',
  },
  kinds: [SAFETY_TOUCHED],
  create,
};
