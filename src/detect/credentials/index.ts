/**
 * Logins: credentials in clear, well-known default users, guessing, a user from a host where he never was, one user on
 * many hosts. Source: MITRE ATT&CK T1110, T1078, T0859, T0812 (v14, 2023); NIST SP 800-82r3 section 6.2.1.
 */
import type { Detector, DetectorContext, RunningDetector, Statement } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Command, Session } from '../../core/observation.ts';
import { Distinct, type SavedDistinct } from '../../learn/network/distinct.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { Usual } from '../../learn/network/usual.ts';
import { Interner } from '../../lib/interner.ts';
import { isControl, isPlant, siteLearning } from '../shared/learning.ts';
import { byProtocol, count, watchedFor, who, whoAll, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

const kind = (
  k: Omit<FindingKind, 'techniques' | 'severity' | 'family' | 'needsLearning'> & Partial<FindingKind>,
): FindingKind => ({
  family: 'policy',
  severity: 'regulatory',
  techniques: ['T0859', 'T1078'],
  needsLearning: false,
  ...k,
});
export const CLEAR_CREDENTIAL = kind({
  code: 'clear-credential',
  title: '{client} sends a credential in clear to {server}',
  what: '{client} logged in to {server} by {protocol}{as?}; anyone on the path can read the credential.',
  comparedWith: 'First seen now between these two; protected variants of the protocol exist for most devices.',
  innocent: 'The device knows no protected login. The risk stays the same.',
  check: [
    'Can the device do the protected variant (SSH, HTTPS, LDAPS, FTPS)?',
    'Is the same password used elsewhere?',
    'Can the path be closed to other hosts?',
  ],
  techniques: ['T1040', 'T0859'],
});
export const DEFAULT_USER = kind({
  code: 'default-user',
  title: '{client} logs in to {server} as {user}{refused?}',
  what: '{client} logged in to {server} by {protocol} with the well-known account {user}: {outcome}.',
  comparedWith: 'Accounts of this name come with the product and are tried first by everybody.',
  innocent: 'The device allows no other account, or nobody changed it at commissioning.',
  check: ['Was its password changed?', 'Who uses {client}?', 'Can a personal account be used instead?'],
  techniques: ['T0812', 'T1078.001'],
});
export const BRUTE_FORCE = kind({
  code: 'brute-force',
  family: 'malware',
  title: '{client} fails to log in to {server} again and again',
  what: '{number} logins of {client} to {server} by {protocol} were refused within ten minutes, last as {user}.',
  comparedWith: 'People mistype two or three times; {limit} refused logins are the limit of this rule.',
  innocent: 'A stored password that has expired, in a service or a script.',
  check: ['Did a login succeed afterwards?', 'Is it one account or many?', 'Which program on {client} does it?'],
  severity: 'uptime',
  techniques: ['T1110', 'T0859'],
});
export const USER_NEW_HOST = kind({
  code: 'user-new-host',
  family: 'anomaly',
  title: '{user} logs in from {client}, where he never was',
  what: '{user} logged in to {server} by {protocol} from {client}.',
  comparedWith: 'In {watched} of watching, this account was used from {usual}.',
  innocent:
    'The person works at another desk, or got a new computer; a service that runs under this account was moved.',
  check: ['Ask the person: was it you?', 'Is the person in the building?', 'What was done at {server} afterwards?'],
  needsLearning: true,
});
export const USER_MANY_HOSTS = kind({
  code: 'user-many-hosts',
  family: 'malware',
  title: '{user} logs in to {number} hosts within an hour',
  what: '{user} logged in from {client} to {number} hosts within an hour, among them {servers}.',
  comparedWith: 'Before, this account used {usual} hosts; {limit} are the limit of this rule.',
  innocent: 'An administrator or a management service at work (software distribution, backup).',
  check: [
    'Is it a service account that does this every day?',
    'Ask its owner.',
    'Were files or services put on these hosts?',
  ],
  severity: 'uptime',
  techniques: ['T1021', 'T0859'],
  needsLearning: true,
});

/** Users known by name; beyond it further ones are not judged. */
export const MAX_USERS = 20_000;
/** Relations of user, client and server. */
export const MAX_LOGINS = 100_000;
const TEN_MINUTES_US = 600_000_000;
const REFUSED = 8;
const HOSTS = 8;
const DAY_US = 86_400_000_000;
/** What goes on day after day is one matter; of what asks a person (at a device of the plant) each day asks anew. */
const STANDS_US = 2 * DAY_US;
/** Accounts that products come with; names of people are never among them. */
const DEFAULTS: ReadonlySet<string> = new Set([
  'admin',
  'administrator',
  'root',
  'guest',
  'user',
  'operator',
  'service',
  'supervisor',
  'engineer',
  'test',
  'plc',
  'default',
  'system',
  'scada',
  'hmi',
  'anonymous',
  'siemens',
  'wago',
  'schneider',
  'usr',
  'ntpupdate',
  'sysdiag',
  'factorycast',
  'loader',
  'webserver',
  'qbf77101',
  'sysmac',
  'mitsubishi',
]);

const userPart = (user: string) => words(user === '' ? 'a user whom nobody named' : user);

const create = (context: DetectorContext): RunningDetector => {
  const users = new Interner(MAX_USERS);
  const logins = new Known(MAX_LOGINS);
  const rules = new Known(MAX_LOGINS);
  const hostsOf = new Usual();
  const refusals = new Distinct(TEN_MINUTES_US, 4096, 256);
  const targets = new Distinct(3_600_000_000, 4096, 256);
  const known = new Map<number, number>();

  const learn = (row: number): void => {
    logins.setState(row, USUAL);
    hostsOf.add(logins.part(row, 0), logins.part(row, 1));
  };
  const session = (at: At, s: Session): void => {
    if (s.phase !== 'authenticate' || at.client <= 0 || at.server <= 0) return;
    const { tsUs } = at;
    const client = context.host(at.client);
    const server = context.host(at.server);
    const user = (s.user ?? '').slice(0, 128);
    const common = {
      actor: at.client,
      target: at.server,
      protocol: at.protocol,
      verb: 'authenticate' as const,
      tsUs,
      frames: [at.requestFrame, at.frame],
      certainty: 'certain' as const,
    };
    const parts = {
      client: who(at.client),
      server: who(at.server),
      protocol: byProtocol(at.protocol),
      user: userPart(user),
      as: words(user === '' ? '' : ` as ${user}`),
      outcome: words(s.outcome),
    };
    const plant = isPlant(context, at.server);
    const standing = plant
      ? { key: `${client} ${server}` }
      : { key: `${client} ${server} elsewhere`, quietUs: STANDS_US };
    if (s.clearCredential === true) {
      const row = rules.see(client, server, -1, 0, tsUs, DOUBTED);
      // Said once a day: it will not go away by being repeated.
      if (rules.state(row) !== USUAL && rules.due(row, tsUs, DAY_US) > 0)
        context.state({
          ...common,
          kind: CLEAR_CREDENTIAL,
          ...standing,
          surprise: plant ? 0.55 : 0.35,
          parts,
        });
    }
    const bare = user.toLowerCase().replace(/^.*\\|@.*$/g, '');
    if (bare !== '' && DEFAULTS.has(bare)) {
      // One that is refused is not told as one that succeeds, and does not stand for it.
      const isRefused = s.outcome === 'refused';
      const row = rules.see(client, server, isRefused ? -3 : -2, 0, tsUs, DOUBTED);
      if (rules.state(row) !== USUAL && rules.due(row, tsUs, DAY_US) > 0)
        context.state({
          ...common,
          kind: DEFAULT_USER,
          ...standing,
          ...(isRefused ? { key: `${standing.key} refused` } : {}),
          surprise: plant ? 0.55 : 0.3,
          parts: isRefused ? { ...parts, refused: words(', which is refused') } : parts,
        });
    }
    if (s.outcome === 'refused') {
      refused(at, at.server, user);
      return;
    }
    // Computer accounts (MACHINE$) log in by themselves.
    if (user === '' || s.outcome !== 'accepted' || bare.endsWith('$')) return;
    const u = users.id(user.toLowerCase());
    if (u < 0) return;
    spread(at, u, client, server, common, parts);
    const row = logins.see(u, client, 0, 0, tsUs, DOUBTED);
    if (logins.state(row) === USUAL) return;
    if (context.phase === 'learning' && !context.isSuspect(at.client)) {
      learn(row);
      return;
    }
    const usual = hostsOf.of(u);
    if (context.phase !== 'watching' || logins.due(row, tsUs, DAY_US / 24) === 0) return;
    context.state({
      ...common,
      kind: USER_NEW_HOST,
      key: `${u} ${client}`,
      surprise: usual.length === 0 ? 0.4 : plant ? 0.7 : 0.5,
      parts: {
        ...parts,
        watched: watchedFor(context.watchedUs),
        usual: usual.length === 0 ? words('no other host that was seen') : whoAll(usual),
      },
    });
  };
  /** A login that was refused; a frame counts once, whether it is told as a session, as a command or as both. */
  const refused = (at: At, target: EndpointId, user: string): void => {
    const { tsUs } = at;
    const key = `${context.host(at.client)} ${context.host(target)}`;
    const n = refusals.add(key, at.frame, tsUs);
    if (n < REFUSED) return;
    context.state({
      kind: BRUTE_FORCE,
      key,
      actor: at.client,
      target,
      protocol: at.protocol,
      verb: 'authenticate',
      tsUs,
      sinceUs: Math.min(tsUs, refusals.sinceUs(key)),
      frames: [at.requestFrame, at.frame],
      certainty: 'certain',
      surprise: Math.min(0.9, 0.6 + n / 200),
      parts: {
        client: who(at.client),
        server: who(target),
        protocol: byProtocol(at.protocol),
        user: userPart(user),
        number: count(n),
        limit: count(REFUSED),
      },
    });
  };
  /** Controllers take a password as a command; tickets of a directory are refused every day (RFC 4120, preauthentication). */
  const command = (at: At, c: Command): void => {
    if (c.verb !== 'authenticate' || c.outcome !== 'refused' || at.client <= 0 || c.target <= 0) return;
    if (isControl(context, at.protocol, false)) refused(at, c.target, (c.user ?? '').slice(0, 128));
  };
  /** One account that goes to many hosts, more than it ever did. */
  const spread = (
    at: At,
    u: number,
    client: number,
    server: number,
    common: Omit<Statement, 'kind' | 'key' | 'surprise' | 'parts'>,
    parts: Statement['parts'],
  ): void => {
    const key = `${u} ${client}`;
    const n = targets.add(key, server, at.tsUs);
    const usual = known.get(u) ?? 0;
    if (context.phase === 'learning') {
      if (n > usual && !context.isSuspect(at.client)) known.set(u, n);
      return;
    }
    if (n < HOSTS || n < usual * 2) return;
    context.state({
      ...common,
      kind: USER_MANY_HOSTS,
      key,
      sinceUs: Math.min(at.tsUs, targets.sinceUs(key)),
      surprise: 0.75,
      parts: {
        ...parts,
        number: count(n),
        servers: whoAll(targets.members(key).map(Number)),
        usual: count(usual),
        limit: count(HOSTS),
      },
    });
  };
  return {
    session,
    command,
    learning: () => siteLearning(context, logins.overflow > 0 ? `the table of ${MAX_LOGINS} logins is full` : ''),
    accept(finding) {
      const user = finding.parts.user;
      const client = context.host(finding.actor);
      const server = context.host(finding.target);
      const standing =
        finding.kind === CLEAR_CREDENTIAL.code ? [-1] : finding.kind === DEFAULT_USER.code ? [-2, -3] : [];
      if (standing.length > 0) {
        const rows = standing.map((rule) => rules.find(client, server, rule, 0)).filter((row) => row >= 0);
        for (const row of rows) rules.setState(row, USUAL);
        return rows.length > 0;
      }
      if (user?.kind !== 'text') return false;
      const u = users.id(user.text.toLowerCase());
      if (finding.kind === USER_MANY_HOSTS.code && finding.parts.number?.kind === 'count') {
        known.set(u, finding.parts.number.value);
        return true;
      }
      const row = finding.kind === USER_NEW_HOST.code ? logins.find(u, client, 0, 0) : -1;
      if (row >= 0) learn(row);
      return row >= 0;
    },
    save: () =>
      toText({
        users: users.texts,
        logins: logins.save(),
        rules: rules.save(),
        refusals: refusals.save(),
        targets: targets.save(),
        known: [...known],
      }),
    load(text) {
      const saved = fromText(text) as {
        readonly users: readonly string[];
        readonly logins: KnownRows;
        readonly rules: KnownRows;
        readonly refusals: SavedDistinct;
        readonly targets: SavedDistinct;
        readonly known: readonly (readonly [number, number])[];
      };
      users.load(saved.users);
      logins.load(saved.logins);
      for (let row = 0; row < logins.size; row++) if (logins.state(row) === USUAL) learn(row);
      rules.load(saved.rules);
      refusals.load(saved.refusals);
      targets.load(saved.targets);
      for (const [u, n] of saved.known) known.set(u, n);
    },
  };
};

export const credentials: Detector = {
  name: 'credentials',
  card: {
    notices: 'Credentials in clear, default accounts, guessing, accounts from new hosts and on many hosts.',
    worksWhen: 'The protocol shows the account (NTLM, Kerberos, RDP, LDAP, FTP, Telnet, HTTP basic, SNMP, S7 ...).',
    failsWhen: 'Logins inside of encrypted channels; local logins at the console; accounts shared by a whole shift.',
    cost: 'Nothing per read; constant per login; at most 20,000 users and 100,000 relations.',
    source: 'MITRE ATT&CK v14 (2023): T1110, T1078, T0859, T0812; NIST SP 800-82r3 (2023) section 6.2.1',
  },
  kinds: [CLEAR_CREDENTIAL, DEFAULT_USER, BRUTE_FORCE, USER_NEW_HOST, USER_MANY_HOSTS],
  create,
};
