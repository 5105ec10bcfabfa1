/**
 * Encrypted conversations whose shape is odd for a plant: a client program never seen on that device, no name asked for
 * outside, a certificate that nobody vouches for outside, obsolete versions. Source: Althouse, JA3 (2017) and JA4 (2023);
 * RFC 8996 (2021).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Session, Weird } from '../../core/observation.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { Interner } from '../../lib/interner.ts';
import { isPlant, siteLearning } from '../shared/learning.ts';
import { oddity, watchedFor, who, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

export const TLS_NEW_PROGRAM: FindingKind = {
  code: 'tls-new-program',
  family: 'anomaly',
  title: 'A program never seen on {client} talks encrypted to {server}',
  what: '{client} began an encrypted conversation with {server} in a way it never did (fingerprint {fingerprint}, name asked for: {name}).',
  comparedWith: 'In {watched} of watching, no program of {client} opened TLS like this.',
  innocent: 'An update of the browser, the system or the program.',
  check: [
    'Which program on {client} was installed or updated?',
    'Whose address is {server}?',
    'Is anything else new about {client}?',
  ],
  severity: 'regulatory',
  techniques: ['T1071.001', 'T1573'],
  needsLearning: true,
};
export const TLS_WEAK: FindingKind = {
  code: 'tls-weak',
  family: 'policy',
  title: 'Weak encryption between {client} and {server}',
  what: '{client} and {server} agreed on an encryption that can be broken: {code} ({detail}).',
  comparedWith:
    'Accepted since RFC 8996 (2021): TLS 1.2 and newer with forward secrecy; first seen here after {watched} of watching.',
  innocent: 'An old device that can do no better.',
  check: ['Can the device be updated or set to TLS 1.2?', 'Can the path be closed to others?'],
  severity: 'regulatory',
  techniques: ['T1557', 'T0830'],
  needsLearning: false,
};
export const TLS_UNKNOWN_ISSUER: FindingKind = {
  code: 'tls-self-signed-outside',
  family: 'malware',
  title: '{client} trusts a certificate outside that nobody vouches for',
  what: '{server}, outside of the plant, showed {client} a certificate that it signed itself: {detail}.',
  comparedWith: 'Services on the internet have certificates of a public authority; watched for {watched}.',
  innocent: 'A small vendor service or a test server.',
  check: [
    'Whose address is {server}?',
    'Which program on {client} accepts such a certificate?',
    'Does it call regularly?',
  ],
  severity: 'regulatory',
  techniques: ['T1573', 'T1587.003'],
  needsLearning: false,
};
/** Programs by client; beyond it new ones are told each time. */
export const MAX_PROGRAMS = 50_000;
const DAY_US = 86_400_000_000;

interface Hello {
  readonly ja4?: unknown;
  readonly serverName?: unknown;
}
const helloOf = (x: unknown): Hello => (typeof x === 'object' && x !== null ? (x as Hello) : {});

const create = (context: DetectorContext): RunningDetector => {
  const programs = new Known(MAX_PROGRAMS);
  const rules = new Known(MAX_PROGRAMS);
  const prints = new Interner(16_384);
  const base = (at: At) => ({
    actor: at.client,
    target: at.server,
    protocol: at.protocol,
    tsUs: at.tsUs,
    certainty: 'certain' as const,
    frames: [at.requestFrame, at.frame],
  });
  const session = (at: At, s: Session): void => {
    if (at.protocol !== 'tls' || s.phase !== 'open' || at.client <= 0) return;
    const { ja4, serverName } = helloOf(s.native);
    if (typeof ja4 !== 'string' || ja4 === '') return;
    const print = prints.id(ja4);
    if (print < 0) return;
    const row = programs.see(context.host(at.client), print, 0, 0, at.tsUs, DOUBTED);
    if (programs.state(row) === USUAL) return;
    // Office browsers change every week; machines do not. What a host is settles later than what runs on it.
    if ((context.phase === 'learning' || !isPlant(context, at.client)) && !context.isSuspect(at.client)) {
      programs.setState(row, USUAL);
      return;
    }
    if (context.phase !== 'watching' || !isPlant(context, at.client)) return;
    const times = programs.due(row, at.tsUs, 60_000_000);
    if (times === 0) return;
    const nameless = typeof serverName !== 'string' || serverName === '';
    const outside = context.isOutside(at.server);
    context.state({
      ...base(at),
      kind: TLS_NEW_PROGRAM,
      key: `${context.host(at.client)} ${ja4}`,
      times,
      surprise: outside ? (nameless ? 0.75 : 0.6) : 0.45,
      parts: {
        client: who(at.client),
        server: who(at.server),
        fingerprint: words(ja4),
        name: words(nameless ? 'none' : String(serverName)),
        watched: watchedFor(context.watchedUs),
      },
    });
  };
  const weird = (at: At, w: Weird): void => {
    const unknown = w.code === 'tls.self-signed';
    const weak =
      w.code === 'tls.obsolete-version' ||
      w.code === 'tls.weak-cipher' ||
      w.code === 'smb.version-1' ||
      w.code === 'ssh.version-1' ||
      w.code === 'rdp.weak-security' ||
      w.code === 'opcua.obsolete-policy';
    if ((!unknown && !weak) || at.client <= 0 || at.server <= 0) return;
    if (unknown && !context.isOutside(at.server)) return;
    const row = rules.see(context.host(at.client), context.host(at.server), unknown ? 1 : 0, 0, at.tsUs, DOUBTED);
    if (rules.state(row) === USUAL || rules.due(row, at.tsUs, DAY_US) === 0) return;
    context.state({
      ...base(at),
      kind: unknown ? TLS_UNKNOWN_ISSUER : TLS_WEAK,
      key: `${context.host(at.client)} ${context.host(at.server)} ${w.code}`,
      surprise: unknown ? (isPlant(context, at.client) ? 0.7 : 0.5) : 0.3,
      parts: {
        client: who(at.client),
        server: who(at.server),
        code: words(oddity(w.code)),
        detail: words(w.detail),
        watched: watchedFor(context.watchedUs),
      },
    });
  };
  return {
    session,
    weird,
    learning: () => siteLearning(context, programs.overflow > 0 ? `the table of ${MAX_PROGRAMS} programs is full` : ''),
    accept(finding) {
      const client = context.host(finding.actor);
      const print = finding.parts.fingerprint;
      const row =
        finding.kind === TLS_NEW_PROGRAM.code && print?.kind === 'text'
          ? programs.find(client, prints.id(print.text), 0, 0)
          : -1;
      if (row >= 0) programs.setState(row, USUAL);
      if (row >= 0 || (finding.kind !== TLS_WEAK.code && finding.kind !== TLS_UNKNOWN_ISSUER.code)) return row >= 0;
      const rule = rules.find(client, context.host(finding.target), finding.kind === TLS_WEAK.code ? 0 : 1, 0);
      if (rule >= 0) rules.setState(rule, USUAL);
      return rule >= 0;
    },
    save: () => toText({ programs: programs.save(), rules: rules.save(), prints: prints.texts }),
    load(text) {
      const saved = fromText(text) as {
        readonly programs: KnownRows;
        readonly rules: KnownRows;
        readonly prints: readonly string[];
      };
      programs.load(saved.programs);
      rules.load(saved.rules);
      prints.load(saved.prints);
    },
  };
};

export const tls: Detector = {
  name: 'tls',
  card: {
    notices:
      'Encrypted conversations of plant devices by programs never seen there, self-signed certificates outside, weak encryption.',
    worksWhen: 'The beginning of the connection is on the mirror; certificates are visible up to TLS 1.2.',
    failsWhen: 'An implant uses the library of a program that is there anyway; with TLS 1.3 certificates are hidden.',
    cost: 'Constant per handshake; at most 50,000 programs.',
    source: 'Althouse: JA3 (2017), JA4 (2023); RFC 8996 (2021)',
  },
  kinds: [TLS_NEW_PROGRAM, TLS_WEAK, TLS_UNKNOWN_ISSUER],
  create,
};
