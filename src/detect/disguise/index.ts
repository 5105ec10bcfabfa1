/**
 * A protocol at the port of another one: remote access or file transfer behind the port of a control protocol or of the web,
 * because a firewall lets that port through. Protocols are known by their content, so that the port does not hide them.
 * Source: MITRE ATT&CK T1571 (non-standard port) and T0885 (commonly used port); Dreger et al., Dynamic application-layer
 * protocol analysis for network intrusion detection, USENIX Security (2006).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { Interner } from '../../lib/interner.ts';
import { isTalk, siteLearning } from '../shared/learning.ts';
import { byProtocol, protocolIn, watchedFor, who, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

export const OTHER_PORT: FindingKind = {
  code: 'disguised-protocol',
  family: 'anomaly',
  title: '{client} speaks {protocol} to {server} at the port of {usual}',
  what: '{client} speaks {protocol} to {server} at {port}, which belongs to {usual}. It is known by its content, whatever the port.',
  comparedWith: 'In {watched} of watching {protocol} was not spoken at this port of {server}.',
  innocent:
    'Somebody moved a service there because a firewall lets this port through, or to reach a device for service.',
  check: [
    'Who opened this service on {server}, and is it a way around a firewall?',
    'Which rule of the firewall lets {port} through, and for whom?',
    'What else did {client} and {server} do since?',
  ],
  severity: 'uptime',
  techniques: ['T1571', 'T0885'],
  needsLearning: true,
};

/** Services and clients that are known; beyond it new ones are told and not remembered. */
export const MAX_KNOWN = 20_000;
const TELL_EVERY_US = 3_600_000_000;

/** Ports that everybody knows, with what is spoken there; TLS may carry nearly all of them. */
const PORTS: ReadonlyMap<number, readonly string[]> = new Map([
  [22, ['ssh']],
  [23, ['telnet']],
  [53, ['dns', 'tls']],
  [80, ['http', 'websocket']],
  [88, ['kerberos']],
  [102, ['s7comm', 's7comm-plus', 'mms', 'cotp', 'tls']],
  [389, ['ldap', 'tls']],
  [443, ['tls', 'http', 'websocket']],
  [445, ['smb']],
  [502, ['modbus']],
  [1883, ['mqtt']],
  [2404, ['iec104', 'tls']],
  [3389, ['rdp', 'tls']],
  [4840, ['opcua', 'http']],
  [20_000, ['dnp3', 'tls']],
  [44_818, ['enip']],
]);
/** What gives access or carries files: other protocols at a foreign port are told as new conversations. */
const ACCESS: ReadonlySet<string> = new Set(['ssh', 'telnet', 'rdp', 'smb', 'ftp', 'http', 'tls', 'mqtt']);

const create = (context: DetectorContext): RunningDetector => {
  const known = new Known(MAX_KNOWN);
  const protocols = new Interner(256);
  return {
    flow(at, f) {
      if (f.transport !== 'tcp' || !ACCESS.has(f.service) || !isTalk(f)) return;
      const usual = PORTS.get(f.serverPort);
      if (usual === undefined || usual.includes(f.service) || f.client <= 0 || f.server <= 0) return;
      const service = Math.max(0, protocols.id(f.service));
      // Whoever comes: it is the server that speaks so.
      const row = known.see(context.host(f.server), f.serverPort, service, 0, at.tsUs, DOUBTED);
      if (known.state(row) === USUAL) return;
      if (f.firstUs < context.judgedFromUs) {
        if (!context.isSuspect(f.client)) known.setState(row, USUAL);
        return;
      }
      const times = known.due(row, at.tsUs, TELL_EVERY_US);
      if (times === 0) return;
      context.state({
        kind: OTHER_PORT,
        key: `${context.host(f.client)} ${context.host(f.server)} ${f.serverPort} ${f.service}`,
        actor: f.client,
        target: f.server,
        protocol: f.service,
        tsUs: at.tsUs,
        sinceUs: Math.min(at.tsUs, f.firstUs),
        times,
        surprise: 0.65,
        certainty: 'certain',
        frames: [f.firstFrame],
        parts: {
          client: who(f.client),
          server: who(f.server),
          protocol: byProtocol(f.service),
          port: words(`TCP port ${f.serverPort}`),
          usual: byProtocol(usual[0]!),
          watched: watchedFor(context.watchedUs),
        },
      });
    },
    learning: () => siteLearning(context, known.overflow > 0 ? `the table of ${MAX_KNOWN} services is full` : ''),
    accept(finding) {
      const { port } = finding.parts;
      const protocol = protocolIn(finding.parts.protocol);
      if (port?.kind !== 'text' || protocol === undefined) return false;
      const number = Number(/\d+$/.exec(port.text)?.[0]);
      const row = known.find(context.host(finding.target), number, Math.max(0, protocols.id(protocol)), 0);
      if (row >= 0) known.setState(row, USUAL);
      return row >= 0;
    },
    save: () => toText({ known: known.save(), protocols: protocols.texts }),
    load(text) {
      const saved = fromText(text) as { readonly known: KnownRows; readonly protocols: readonly string[] };
      known.load(saved.known);
      protocols.load(saved.protocols);
    },
  };
};

export const disguise: Detector = {
  name: 'disguise',
  card: {
    notices: 'Remote access, files, the web or TLS at a port that belongs to another protocol.',
    worksWhen: 'The conversation is seen from its beginning, so that its protocol is known by its content.',
    failsWhen:
      'The protocol behind the port is unknown or is carried inside of the one that belongs there (HTTP in TLS at 443, a tunnel ' +
      'in DNS); a port that no standard knows; a service that was there while the site was learned.',
    cost: 'A comparison per flow report; at most 20,000 services.',
    source:
      'MITRE ATT&CK T1571, T0885 (v14, 2023); Dreger et al.: Dynamic application-layer protocol analysis, USENIX Security (2006)',
  },
  kinds: [OTHER_PORT],
  create,
};
