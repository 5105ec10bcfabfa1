/**
 * Remote execution between Windows hosts: services, scheduled tasks and registry of another host by its administration
 * pipes, and its administrative shares. Fanning out from the office to the panels of the plant is how ransomware arrives.
 * Source: MITRE ATT&CK T1021.002, T1569.002, T1053, T1570 (v14, 2023); [MS-SCMR], [MS-TSCH] for the names of the pipes.
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Command, Session } from '../../core/observation.ts';
import { Distinct, type SavedDistinct } from '../../learn/network/distinct.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { Usual } from '../../learn/network/usual.ts';
import { tableOf } from '../../lib/table.ts';
import { isOffice, isPlant, siteLearning } from '../shared/learning.ts';
import { count, counted, watchedFor, who, whoAll, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

export const REMOTE_EXECUTION: FindingKind = {
  code: 'remote-execution',
  family: 'malware',
  title: '{client} administers {server} over the network',
  what: '{client} opened {means} of {server}{asUser}: with it programs can be started there.',
  comparedWith: 'In {watched} of watching, {usual} did so at this host.',
  innocent: 'Software distribution, backup or monitoring, or an administrator at work.',
  check: [
    'Is {client} a management server, and who is logged in there?',
    'Which service or task was created on {server} just then?',
    'Did {client} do the same at other hosts?',
  ],
  severity: 'uptime',
  techniques: ['T1021.002', 'T1569.002', 'T0867'],
  needsLearning: true,
};
export const EXECUTION_SPREAD: FindingKind = {
  code: 'remote-execution.spread',
  family: 'malware',
  title: '{client} runs programs on {number} hosts: as ransomware spreads',
  what: 'Within an hour {client} opened ways to run programs on {number} hosts: {servers}. Devices of the plant among them: {plant}.',
  comparedWith: 'In the busiest hour that was learned it did so at {usual}.',
  innocent: 'Software distribution to all panels, announced and in a maintenance window.',
  check: [
    'Was a distribution announced? If not, part {client} from the network now, together with the shift lead.',
    'Do panels still show live values?',
    'Are backups of the panels out of reach of {client}?',
  ],
  severity: 'uptime',
  techniques: ['T1570', 'T1486', 'T0867'],
  needsLearning: true,
};
/** Relations; beyond it further ones are told each time as new. */
export const MAX_RELATIONS = 20_000;
const HOUR_US = 3_600_000_000;
const SPREAD = 3;
const PIPES = tableOf<string>({
  svcctl: 'the service manager',
  atsvc: 'the task scheduler',
  winreg: 'the registry',
  psexesvc: 'a remote shell (PsExec)',
  eventlog: 'the event log',
});
const meansOf = (text: string): string | undefined => {
  const pipe = /\\IPC\$\\(?:pipe\\)?(\w+)/i.exec(text)?.[1]?.toLowerCase() ?? '';
  if (PIPES[pipe] !== undefined) return PIPES[pipe];
  const share = /\\(ADMIN|[A-Z])\$/i.exec(text)?.[1];
  return share === undefined ? undefined : `the administrative share ${share.toUpperCase()}$`;
};

const create = (context: DetectorContext): RunningDetector => {
  const known = new Known(MAX_RELATIONS);
  const adminsOf = new Usual();
  const reach = new Distinct(HOUR_US, 4096, 512);
  const usual = new Map<number, number>();
  const hear = (at: At, text: string, user: string | undefined): void => {
    const means = meansOf(text);
    if (means === undefined || at.client <= 0 || at.server <= 0) return;
    const client = context.host(at.client);
    const server = context.host(at.server);
    const learning = context.phase === 'learning' && !context.isSuspect(at.client);
    const key = `${client}`;
    const n = reach.add(key, server, at.tsUs);
    if (learning && n > (usual.get(client) ?? 0) && usual.size < MAX_RELATIONS) usual.set(client, n);
    const row = known.see(client, server, 0, 0, at.tsUs, DOUBTED);
    if (learning) {
      known.setState(row, USUAL);
      adminsOf.add(server, client);
    }
    if (context.phase !== 'watching') return;
    const common = {
      actor: at.client,
      target: at.server,
      protocol: at.protocol,
      tsUs: at.tsUs,
      frames: [at.requestFrame, at.frame],
    };
    if (n >= SPREAD && n > (usual.get(client) ?? 0) * 1.5) {
      const servers = reach.members(key, 512).map(Number);
      const plant = servers.filter((s) => isPlant(context, s)).length;
      context.state({
        ...common,
        kind: EXECUTION_SPREAD,
        key,
        sinceUs: Math.min(at.tsUs, reach.sinceUs(key)),
        surprise: plant >= 2 ? 0.95 : isOffice(context, at.client) && plant > 0 ? 0.9 : 0.7,
        certainty: plant >= 2 ? 'likely' : 'possible',
        parts: {
          client: who(at.client),
          number: count(n),
          plant: count(plant),
          servers: whoAll(servers),
          usual: counted(usual.get(client) ?? 0, 'host'),
        },
      });
    }
    if (known.state(row) === USUAL) return;
    const times = known.due(row, at.tsUs, 60_000_000);
    if (times === 0) return;
    const before = adminsOf.of(server);
    context.state({
      ...common,
      kind: REMOTE_EXECUTION,
      key: `${client} ${server}`,
      times,
      surprise: isPlant(context, at.server) ? 0.8 : 0.5,
      certainty: 'likely',
      parts: {
        client: who(at.client),
        server: who(at.server),
        means: words(means),
        asUser: words(user === undefined ? '' : ` as ${user}`),
        watched: watchedFor(context.watchedUs),
        usual: before.length === 0 ? words('nobody') : whoAll(before),
      },
    });
  };
  return {
    command(at: At, c: Command) {
      if (at.protocol === 'smb' && c.outcome !== 'refused' && c.object !== undefined) hear(at, c.object, c.user);
    },
    session(at: At, s: Session) {
      if (at.protocol === 'smb' && s.outcome === 'accepted' && s.detail?.startsWith('share '))
        hear(at, s.detail, s.user);
    },
    learning: () => siteLearning(context, known.overflow > 0 ? `the table of ${MAX_RELATIONS} relations is full` : ''),
    accept(finding) {
      const client = context.host(finding.actor);
      if (finding.kind === EXECUTION_SPREAD.code && finding.parts.number?.kind === 'count') {
        usual.set(client, finding.parts.number.value);
        return true;
      }
      const row = finding.kind === REMOTE_EXECUTION.code ? known.find(client, context.host(finding.target), 0, 0) : -1;
      if (row < 0) return false;
      known.setState(row, USUAL);
      adminsOf.add(context.host(finding.target), client);
      return true;
    },
    save: () => toText({ rows: known.save(), reach: reach.save(), usual: [...usual] }),
    load(text) {
      const saved = fromText(text) as {
        readonly rows: KnownRows;
        readonly reach: SavedDistinct;
        readonly usual: readonly (readonly [number, number])[];
      };
      known.load(saved.rows);
      for (let row = 0; row < known.size; row++)
        if (known.state(row) === USUAL) adminsOf.add(known.part(row, 1), known.part(row, 0));
      reach.load(saved.reach);
      for (const [k, n] of saved.usual) usual.set(k, n);
    },
  };
};

export const lateral: Detector = {
  name: 'lateral',
  card: {
    notices:
      'Administration of another Windows host over SMB (services, tasks, registry, administrative shares), and its spread.',
    worksWhen:
      'SMB is not encrypted (SMB 3 encryption is off, as on most panels), and the link between the two is mirrored.',
    failsWhen:
      'SMB 3 encryption, WMI over DCOM and PowerShell remoting: then only new conversations and remote access tell.',
    cost: 'Constant per SMB command; at most 20,000 relations.',
    source: 'MITRE ATT&CK T1021.002, T1569.002, T1570 (v14, 2023)',
  },
  kinds: [REMOTE_EXECUTION, EXECUTION_SPREAD],
  create,
};
