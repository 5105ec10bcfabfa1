/**
 * Engineering of controllers: program, mode, firmware, restart, force, delete, settings. A rule from the first frame for what
 * changes the controller; backups, settings and logins that recur while learning are usual. Source: MITRE ATT&CK for ICS
 * v14 (2023), techniques T0843, T0845, T0858, T0857, T0816, T0835.
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { Finding, FindingKind } from '../../core/finding.ts';
import { type At, type Command, VERBS, type Verb } from '../../core/observation.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { Usual } from '../../learn/network/usual.ts';
import { isControl, siteLearning } from '../shared/learning.ts';
import { howItWent, often, valueText, watchedFor, who, whoAll, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';
import { ENGINEERING } from './kinds.ts';

/** Who did what to which controller (client, target, verb); beyond it everything is told as if for the first time. */
export const MAX_RELATIONS = 50_000;
/** What was done comes before what was only tried. */
const REFUSED_LESS = 0.05;
/** Commands closer than this are one job; a job counts once in "did this before". */
const JOB_US = 3_600_000_000;

interface Saved {
  readonly rows: KnownRows;
  readonly jobs: readonly (readonly [number, number])[];
}

const create = (context: DetectorContext): RunningDetector => {
  const known = new Known(MAX_RELATIONS);
  const jobs = new Map<number, number>();
  const doersOf = new Usual();

  // Apart from what follows, whose closures would make an object for every command.
  const command = (at: At, c: Command): void => {
    const kind = ENGINEERING[c.verb];
    if (kind === undefined || !isControl(context, at.protocol)) return;
    // A session without a credential lifts no protection.
    if (c.verb === 'authenticate' && /^anonymous$/i.test(c.object ?? '')) return;
    engineers(kind, at, c);
  };

  const engineers = (kind: FindingKind, at: At, c: Command): void => {
    const { tsUs } = at;
    const client = context.host(Math.max(0, at.client));
    const target = context.host(c.target);
    const verb = VERBS.indexOf(c.verb);
    const found = known.find(client, target, verb, 0);
    const lastUs = found < 0 ? 0 : known.lastUs(found);
    const row = known.see(client, target, verb, 0, tsUs, DOUBTED);
    // Its row may have been another's, who gave way.
    if (known.isNew) jobs.delete(row);
    const newJob = tsUs - lastUs > JOB_US;
    const before = (jobs.get(row) ?? 0) - (newJob ? 0 : 1);
    if (newJob) jobs.set(row, (jobs.get(row) ?? 0) + 1);
    const others = doersOf.of(target * 16 + verb).filter((d) => d !== client);
    if (client > 0) doersOf.add(target * 16 + verb, client);
    const usual = known.state(row) === USUAL;
    if (kind.needsLearning) {
      if (usual) return;
      if (context.phase === 'learning' && !context.isSuspect(at.client)) {
        known.setState(row, USUAL);
        return;
      }
    }
    // Octets of the command's own record are not kept until the finding is taken.
    const { operation, object, value, outcome } = c;
    const actor = at.client;
    const server = c.target;
    const { watchedUs } = context;
    context.state({
      kind,
      // What was refused is told apart: it would speak for what was done before, or the other way round.
      key: `${client} ${target}${outcome === 'refused' ? ' refused' : ''}`,
      actor,
      target: server,
      protocol: at.protocol,
      verb: c.verb,
      tsUs,
      surprise: surpriseOf(c.verb, usual, before, others.length > 0) - (outcome === 'refused' ? REFUSED_LESS : 0),
      certainty: 'certain',
      frames: [at.requestFrame, at.frame],
      parts: () => ({
        client: actor > 0 ? who(actor) : words('an unseen client'),
        server: who(server),
        operation: words(operation),
        object: words(object ?? 'nothing more told'),
        value: words(value === undefined ? 'not told' : valueText(value)),
        outcome: words(outcome),
        ...(outcome === 'refused' ? { refused: words(', which refuses it') } : {}),
        watched: watchedFor(watchedUs),
        before: often(Math.max(0, before)),
        how: howItWent({ object, value, outcome }),
        usual: others.length === 0 ? words('nobody else') : whoAll(others),
      }),
    });
  };

  return {
    command,
    learning: () => siteLearning(context, known.overflow > 0 ? `the table of ${MAX_RELATIONS} relations is full` : ''),
    accept(finding: Finding) {
      const verb = finding.verb;
      if (verb === '' || ENGINEERING[verb]?.code !== finding.kind) return false;
      const row = known.find(
        context.host(Math.max(0, finding.actor)),
        context.host(finding.target),
        VERBS.indexOf(verb),
        0,
      );
      if (row < 0) return false;
      known.setState(row, USUAL);
      return true;
    },
    save: () => toText({ rows: known.save(), jobs: [...jobs] } satisfies Saved),
    load(text) {
      const saved = fromText(text) as Saved;
      known.load(saved.rows);
      for (const [row, n] of saved.jobs) jobs.set(row, n);
      for (let row = 0; row < known.size; row++)
        if (known.part(row, 0) > 0) doersOf.add(known.part(row, 1) * 16 + known.part(row, 2), known.part(row, 0));
    },
  };
};

/** Accepted ones stay on record below what asks for a look; what changes the controller is never taken for granted. */
const surpriseOf = (verb: Verb, accepted: boolean, before: number, othersDid: boolean): number => {
  if (accepted) return 0.3;
  const first = verb === 'program-upload' || verb === 'configure' || verb === 'authenticate' ? 0.65 : 0.9;
  return before > 0 ? first - 0.2 : othersDid ? first - 0.05 : first;
};

export const engineering: Detector = {
  name: 'engineering',
  card: {
    notices:
      'Program download and upload, change of mode, firmware, restart, forced values, deletion, settings and credentials of controllers, with who did it before.',
    worksWhen:
      'The protocol shows the service (S7, S7comm-plus, CIP, UMAS, FINS, SLMP, OPC UA, PROFINET DCP, IEC 104 ...).',
    failsWhen:
      'The engineering session is encrypted (then only the session and its volume are seen) or the download is done at the ' +
      'machine. It cannot know a work order: planned work is told too, and labelled by the maintenance windows.',
    cost: 'Nothing per read; constant per command; at most 50,000 relations of 70 octets.',
    source: 'MITRE ATT&CK for ICS v14 (2023)',
  },
  kinds: Object.values(ENGINEERING),
  create,
};
