/**
 * Remote access: desktops, shells and tunnels into the plant that were not there before, and remote-support programs at
 * all. Source: NIST SP 800-82r3 (2023) section 6.2.1.4; CISA/NSA, Guide to securing remote access software (2023).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At } from '../../core/observation.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { Usual } from '../../learn/network/usual.ts';
import { isBetween, isOffice, isPlant, isTalk, siteLearning } from '../shared/learning.ts';
import { watchedFor, who, whoAll, words } from '../shared/parts.ts';
import { REMOTE_PROGRAMS, remoteProgram } from '../shared/remote.ts';
import { fromText, toText } from '../shared/text.ts';

const check = [
  'Is there an approved remote session now, and for this device?',
  'Who sits at {client}?',
  'What was done at {server} during the session (programs, settings, files)?',
];
export const REMOTE_ACCESS: FindingKind = {
  code: 'remote-access',
  family: 'policy',
  title: '{client} opens {program} to {server}{learning?}',
  what: '{client} works at {server} by {program}. It did not do so before.',
  comparedWith: 'In {watched} of watching, {usual} worked at {server} by {program}.{may?}',
  innocent: 'A vendor or an engineer at an agreed time, or a new jump host.',
  check,
  severity: 'uptime',
  techniques: ['T0886', 'T1021', 'T0822'],
  needsLearning: true,
};
export const REMOTE_OUTSIDE: FindingKind = {
  code: 'remote-access.outside',
  family: 'policy',
  title: '{program} between {client} and {server}, outside of the plant',
  what: '{client} and {server} are joined by {program}, which lets somebody outside work inside.',
  comparedWith: 'Remote access belongs on the jump host; {usual} used {program} before.',
  innocent: 'Agreed support by a vendor who uses this program.',
  check,
  severity: 'uptime',
  techniques: ['T0822', 'T1219', 'T1133'],
  needsLearning: false,
};
/** Relations; beyond it further ones are told each time as new. */
export const MAX_RELATIONS = 20_000;
const TELL_EVERY_US = 60_000_000;
/** A device that a suspect worked at may be his next step for so long: a shift. */
export const REACHED_US = 8 * 3_600_000_000;
/** Devices that suspects worked at while the site learned; of more the latest. */
export const MAX_REACHED = 256;
/** Of what was seen while learning nobody can say that it is unusual: for the record, and for the story that it turns out to begin. */
const WHILE_LEARNING = 0.45;
/** Programs whose purpose is to come in from outside. */
const SUPPORT: ReadonlySet<string> = new Set(['TeamViewer', 'AnyDesk', 'OpenVPN', 'WireGuard', 'IPsec']);

const create = (context: DetectorContext): RunningDetector => {
  const known = new Known(MAX_RELATIONS);
  const usersOf = new Usual();
  /** Devices that suspects worked at, and whom these worked at, with the time of the latest; while the site learns. */
  const reached = new Map<EndpointId, number>();
  const isDoubtful = (client: EndpointId, tsUs: number): boolean =>
    context.isSuspect(client) ||
    (reached.size > 0 &&
      context.sides(client).some((side) => tsUs - (reached.get(side) ?? Number.NEGATIVE_INFINITY) <= REACHED_US));
  const reach = (server: EndpointId, tsUs: number): void => {
    reached.delete(server);
    reached.set(server, tsUs);
    if (reached.size > MAX_REACHED) reached.delete(reached.keys().next().value!);
  };
  const hear = (at: At, client: number, server: number, program: string): void => {
    if (client <= 0 || server <= 0 || context.isGroup(server)) return;
    const [isFrom, isTo] = [context.isOutside(client), context.isOutside(server)];
    // What only passes by lets nobody in.
    if (isFrom && isTo) return;
    const p = REMOTE_PROGRAMS.indexOf(program);
    const outside = isFrom || isTo;
    const c = isFrom ? 0 : context.host(client);
    const s = isTo ? 0 : context.host(server);
    const row = known.see(c, s, p, 0, at.tsUs, DOUBTED);
    if (known.state(row) === USUAL) return;
    const kind = outside ? REMOTE_OUTSIDE : REMOTE_ACCESS;
    const usual = usersOf.of(s * 64 + p);
    const learns = kind.needsLearning && context.phase === 'learning';
    if (learns && !isDoubtful(client, at.tsUs)) {
      known.setState(row, USUAL);
      usersOf.add(s * 64 + p, c);
      return;
    }
    if (learns) reach(s, at.tsUs);
    const times = known.due(row, at.tsUs, TELL_EVERY_US);
    if (times === 0) return;
    const inside = isTo ? client : server;
    const plant = isPlant(context, inside);
    // Office hosts log in to servers of their own; that is not the plant's business, but the way in between is.
    const unusual = outside
      ? SUPPORT.has(program) || isFrom
        ? plant
          ? 0.85
          : 0.55
        : 0.5
      : plant
        ? isOffice(context, client)
          ? 0.85
          : 0.7
        : isBetween(context, server)
          ? 0.55
          : 0.3;
    context.state({
      kind,
      key: `${c} ${s} ${program}`,
      actor: client,
      target: server,
      protocol: at.protocol,
      tsUs: at.tsUs,
      times,
      surprise: learns ? Math.min(WHILE_LEARNING, unusual) : unusual,
      certainty: learns ? 'possible' : 'certain',
      frames: [at.requestFrame, at.frame],
      parts: {
        client: who(client),
        server: who(server),
        program: words(program),
        watched: watchedFor(context.watchedUs),
        usual: usual.length === 0 ? words('nobody') : whoAll(usual.filter((u) => u > 0)),
        ...(learns && {
          learning: words(', seen while still learning'),
          may: words(
            ' The site was still learning, so this may be usual: it is kept because something odd had been done from there, or from where somebody had come.',
          ),
        }),
      },
    });
  };
  return {
    session(at, s) {
      const program = remoteProgram(at.protocol);
      if (program !== undefined && s.phase !== 'close' && s.outcome !== 'refused')
        hear(at, at.client, at.server, program);
    },
    flow(at, f) {
      if (!isTalk(f)) return;
      const program = remoteProgram(f.service, f.serverPort);
      if (program !== undefined) hear(at, f.client, f.server, program);
    },
    learning: () => siteLearning(context, known.overflow > 0 ? `the table of ${MAX_RELATIONS} relations is full` : ''),
    accept(finding) {
      const program = finding.parts.program;
      if ((finding.kind !== REMOTE_ACCESS.code && finding.kind !== REMOTE_OUTSIDE.code) || program?.kind !== 'text')
        return false;
      const place = (e: number): number => (context.isOutside(e) ? 0 : context.host(e));
      const p = REMOTE_PROGRAMS.indexOf(program.text);
      const row = known.find(place(finding.actor), place(finding.target), p, 0);
      if (row < 0) return false;
      known.setState(row, USUAL);
      usersOf.add(place(finding.target) * 64 + p, place(finding.actor));
      return true;
    },
    save: () => toText({ rows: known.save(), reached: [...reached] }),
    load(text) {
      const saved = fromText(text) as { readonly rows: KnownRows; readonly reached?: readonly [EndpointId, number][] };
      known.load(saved.rows);
      reached.clear();
      for (const [host, us] of saved.reached ?? []) reached.set(host, us);
      for (let row = 0; row < known.size; row++)
        if (known.state(row) === USUAL) usersOf.add(known.part(row, 1) * 64 + known.part(row, 2), known.part(row, 0));
    },
  };
};

export const remoteAccess: Detector = {
  name: 'remote-access',
  card: {
    notices:
      'Remote desktops, shells, remote management and tunnels that are new, and support programs that reach outside.',
    worksWhen: 'The session crosses a mirrored link. Programs are known by content, else by their usual port.',
    failsWhen:
      'While the site learns only what a suspect opens, and what is opened from there within a shift, is kept, below an alert. The tunnel looks like ordinary HTTPS (then only its destination and volume are odd), or a known session is misused.',
    cost: 'Constant per flow report; at most 20,000 relations.',
    source: 'NIST SP 800-82r3 (2023) section 6.2.1.4; CISA and others: Guide to securing remote access software (2023)',
  },
  kinds: [REMOTE_ACCESS, REMOTE_OUTSIDE],
  create,
};
