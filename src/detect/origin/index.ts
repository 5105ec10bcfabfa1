/**
 * From where a command truly comes: somebody who is logged in to an engineering station or panel from elsewhere acts through
 * it, and on the wire it is the station that writes. Joins remote sessions with the commands that follow. Source: MITRE
 * ATT&CK for ICS T0886 (remote services) and T0823 (graphical user interface); the Ukraine 2015 attack, in which operators
 * watched their own panels being operated: SANS ICS and E-ISAC, Analysis of the cyber attack on the Ukrainian power grid
 * (2016).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Command, Verb } from '../../core/observation.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { Usual } from '../../learn/network/usual.ts';
import { isControl, isTalk, siteLearning } from '../shared/learning.ts';
import { howItWent, howLong, watchedFor, who, whoAll, words } from '../shared/parts.ts';
import { REMOTE_PROGRAMS, remoteProgram } from '../shared/remote.ts';
import { fromText, toText } from '../shared/text.ts';

export const REMOTE_COMMAND: FindingKind = {
  code: 'remote-command',
  family: 'policy',
  title: '{client} changes {server} after a login from {remote}',
  what: '{client} sent {operation} to {server} ({how}). {remote} logged in to {client} by {program} {ago} before.',
  comparedWith: 'In {watched} of watching, {usual} worked at {client} from elsewhere.',
  innocent: 'An engineer or vendor who works from another desk than usual, with an order.',
  check: [
    'Who logged in at {remote}, and is there a work order for {server}?',
    'Ask at {client}: does anybody sit there, and is the mouse moved by somebody else?',
    'If nobody knows of it: pull the network cable of {client}, together with the shift lead, and compare the values of {server}.',
  ],
  severity: 'uptime',
  techniques: ['T0855', 'T0823', 'T0886'],
  needsLearning: true,
};

/** Relations of origin, host and program; beyond it further ones count as new each time, and learning says so. */
export const MAX_RELATIONS = 20_000;
/** Hosts with logins that are remembered; the one longest not logged in to leaves. */
export const MAX_HOSTS = 8192;
/** Logins remembered of one host; of more the latest. */
export const MAX_LOGINS = 8;
/** Sessions are reported once a minute: one that was not heard of for longer is over. */
const ACTIVE_US = 180_000_000;
/** A session is one from this length on. */
const LEAST_US = 15_000_000;
/** What a first login left behind is likely to act within so long, */
const SOON_US = 24 * 3_600_000_000;
/** and may act for so long where nobody said that the login was right: who comes to stay has patience. */
const AFTER_US = 7 * 24 * 3_600_000_000;
const TELL_EVERY_US = 10_000_000;

const ACTS: ReadonlySet<Verb> = new Set<Verb>([
  'write',
  'control',
  'force',
  'mode-change',
  'program-download',
  'firmware-update',
  'restart',
  'delete',
  'configure',
]);

interface Login {
  readonly from: EndpointId;
  readonly program: number;
  sinceUs: number;
  lastUs: number;
  /** Nobody came this way while learning. */
  readonly isNew: boolean;
}
interface Saved {
  readonly rows: KnownRows;
  readonly acting: KnownRows;
  readonly logins: readonly (readonly [EndpointId, Login[]])[];
}

const create = (context: DetectorContext): RunningDetector => {
  /** Who works at which host from elsewhere, and at which controllers something was changed meanwhile. */
  const known = new Known(MAX_RELATIONS);
  const acting = new Known(MAX_RELATIONS);
  const originsOf = new Usual();
  const logins = new Map<EndpointId, Login[]>();

  /** Everything outside of the plant is one place. */
  const placeOf = (e: EndpointId): EndpointId => (context.isOutside(e) ? 0 : context.device(e));
  /** Learned as it is seen now, or before it was known that a router stands between. */
  const isUsual = (row: number, client: EndpointId, server: EndpointId, p: number): boolean =>
    known.state(row) === USUAL ||
    known.state(known.find(context.isOutside(client) ? 0 : context.host(client), context.host(server), p, 0)) === USUAL;

  const hear = (client: EndpointId, server: EndpointId, program: string, beganUs: number, tsUs: number): void => {
    if (client <= 0 || server <= 0 || context.isGroup(server) || context.isOutside(server)) return;
    const from = placeOf(client);
    const host = context.device(server);
    if (from === host) return;
    const p = REMOTE_PROGRAMS.indexOf(program);
    const row = known.see(from, host, p, 0, tsUs, DOUBTED);
    if (beganUs < context.judgedFromUs && !context.isSuspect(client) && known.state(row) !== USUAL) {
      known.setState(row, USUAL);
      originsOf.add(host, from);
    }
    const list = logins.get(host) ?? [];
    const login = list.find((l) => l.from === from && l.program === p && beganUs - l.lastUs <= ACTIVE_US);
    if (login !== undefined) login.lastUs = Math.max(login.lastUs, tsUs);
    else {
      if (list.length >= MAX_LOGINS) list.shift();
      const isNew = !isUsual(row, client, server, p);
      list.push({ from, program: p, sinceUs: beganUs, lastUs: tsUs, isNew });
    }
    logins.delete(host);
    if (logins.size >= MAX_HOSTS) {
      const oldest = logins.keys().next();
      if (!oldest.done) logins.delete(oldest.value);
    }
    logins.set(host, list);
  };

  /** The login that matters: a new one before a known one, the latest first. */
  const loginAt = (host: EndpointId, tsUs: number): Login | undefined => {
    let best: Login | undefined;
    for (const l of logins.get(host) ?? []) {
      const idleUs = tsUs - l.lastUs;
      if (idleUs > (l.isNew ? AFTER_US : ACTIVE_US)) continue;
      if (best === undefined || (l.isNew && !best.isNew) || (l.isNew === best.isNew && l.lastUs >= best.lastUs))
        best = l;
    }
    return best;
  };

  const command = (at: At, c: Command): void => {
    if (!ACTS.has(c.verb) || logins.size === 0 || at.client <= 0 || c.target <= 0) return;
    if (!isControl(context, at.protocol, false) || context.isGroup(c.target)) return;
    const host = context.device(at.client);
    const login = loginAt(host, at.tsUs);
    if (login === undefined) return;
    const target = context.host(c.target);
    const row = acting.see(login.from, host, target, 0, at.tsUs, DOUBTED);
    if (acting.state(row) === USUAL) return;
    if (context.phase === 'learning') {
      if (!context.isSuspect(at.client) && !login.isNew) acting.setState(row, USUAL);
      return;
    }
    const times = acting.due(row, at.tsUs, TELL_EVERY_US);
    if (times === 0) return;
    const idleUs = at.tsUs - login.lastUs;
    const active = idleUs <= ACTIVE_US;
    const usual = originsOf.of(host).filter((from) => from > 0);
    context.state({
      kind: REMOTE_COMMAND,
      key: `${login.from} ${host} ${target}`,
      actor: at.client,
      target: c.target,
      protocol: at.protocol,
      verb: c.verb,
      tsUs: at.tsUs,
      times,
      // A usual way that is used for more than looking is for the record: engineers work like that.
      surprise: login.isNew ? (active ? 0.9 : idleUs <= SOON_US ? 0.75 : 0.55) : 0.4,
      certainty: login.isNew && active ? 'likely' : 'possible',
      frames: [at.requestFrame, at.frame],
      quietUs: SOON_US,
      parts: {
        client: who(at.client),
        server: who(c.target),
        remote: login.from > 0 ? who(login.from) : words('a place outside'),
        operation: words(c.operation),
        object: words(c.object ?? 'no address told'),
        outcome: words(c.outcome),
        how: howItWent(c),
        program: words(REMOTE_PROGRAMS[login.program] ?? 'a remote session'),
        ago: howLong(Math.max(1e6, at.tsUs - login.sinceUs)),
        watched: watchedFor(context.watchedUs),
        usual: usual.length === 0 ? words('nobody') : whoAll(usual),
      },
    });
  };

  return {
    command,
    session(at, s) {
      const program = remoteProgram(at.protocol);
      if (program !== undefined && s.phase === 'authenticate' && s.outcome === 'accepted')
        hear(at.client, at.server, program, at.tsUs, at.tsUs);
    },
    flow(at, f) {
      // Nobody works within seconds: that is a refused login or a probe.
      if (!isTalk(f) || f.lastUs - f.firstUs < LEAST_US) return;
      const program = remoteProgram(f.service, f.serverPort);
      if (program !== undefined) hear(f.client, f.server, program, f.firstUs, Math.min(at.tsUs, f.lastUs));
    },
    learning: () => siteLearning(context, known.overflow > 0 ? `the table of ${MAX_RELATIONS} relations is full` : ''),
    accept(finding) {
      const remote = finding.parts.remote;
      const isOwn = finding.kind === REMOTE_COMMAND.code;
      if (!isOwn && finding.kind !== 'remote-access') return false;
      const from = placeOf(isOwn ? (remote?.kind === 'endpoint' ? remote.endpoint : 0) : finding.actor);
      const host = context.device(isOwn ? finding.actor : finding.target);
      let done = false;
      for (let p = 0; p < REMOTE_PROGRAMS.length; p++) {
        const row = known.find(from, host, p, 0);
        if (row < 0) continue;
        known.setState(row, USUAL);
        originsOf.add(host, from);
        done = true;
      }
      const list = logins.get(host);
      if (list !== undefined)
        logins.set(
          host,
          list.map((l) => (l.from === from ? { ...l, isNew: false } : l)),
        );
      const row = isOwn ? acting.find(from, host, context.host(finding.target), 0) : -1;
      if (row >= 0) acting.setState(row, USUAL);
      return done;
    },
    save: () => toText({ rows: known.save(), acting: acting.save(), logins: [...logins] } satisfies Saved),
    load(text) {
      const saved = fromText(text) as Saved;
      known.load(saved.rows);
      acting.load(saved.acting);
      for (let row = 0; row < known.size; row++)
        if (known.state(row) === USUAL) originsOf.add(known.part(row, 1), known.part(row, 0));
      for (const [host, list] of saved.logins) logins.set(host, list);
    },
  };
};

export const origin: Detector = {
  name: 'origin',
  card: {
    notices:
      'Commands of a station at which somebody works from elsewhere: during the session, and for a week after a first one.',
    worksWhen:
      'The remote session crosses a mirrored link and is known by its content or port (RDP, VNC, SSH, WinRM, support programs).',
    failsWhen:
      'The implant came by another way than a login (mail, a stick), or the session is hidden in a tunnel. Who uses the ' +
      'usual way (the jump host) is told below what asks a person, because engineers work like that.',
    cost: 'Nothing per read; a look-up per command of a host with logins; at most 20,000 relations.',
    source:
      'MITRE ATT&CK for ICS T0886, T0823; SANS ICS, E-ISAC: Analysis of the cyber attack on the Ukrainian power grid (2016)',
  },
  kinds: [REMOTE_COMMAND],
  create,
};
