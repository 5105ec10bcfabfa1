/**
 * Requests that are refused or stay unanswered in numbers that never were, and functions tried one after the other. Source:
 * MODBUS Application Protocol V1.1b3 section 7 (exception codes); Quickdraw SCADA IDS signatures (Digital Bond, 2010).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Command } from '../../core/observation.ts';
import { Bursts, type SavedBursts } from '../../learn/network/bursts.ts';
import { Distinct, type SavedDistinct } from '../../learn/network/distinct.ts';
import { isControl, isPlant, siteLearning } from '../shared/learning.ts';
import { count, who, words, wordsAll } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

const kind = (
  k: Pick<FindingKind, 'code' | 'title' | 'what' | 'innocent' | 'check'> & Partial<FindingKind>,
): FindingKind => ({
  family: 'protocol',
  comparedWith: 'The worst usual minute of this pair had {usual}.',
  severity: 'quality',
  techniques: ['T0888'],
  needsLearning: true,
  ...k,
});
export const REFUSED_BURST = kind({
  code: 'refused-burst',
  title: '{server} refuses many requests of {client}',
  what: '{server} refused {number} requests of {client} within a minute, last {operation} ({object}): {reason}.',
  innocent: 'A wrong address in a new program, or a device that is in another mode.',
  check: [
    'Was the program or the address list of {client} changed?',
    'Do the refused addresses follow each other? Then somebody searches.',
    'Is {server} in the mode it should be in?',
  ],
});
export const UNANSWERED_BURST = kind({
  code: 'unanswered-burst',
  family: 'operational',
  title: '{server} leaves requests of {client} unanswered',
  what: '{number} requests of {client} to {server} stayed unanswered within a minute, last {operation} ({object}).',
  innocent: 'The device is off, overloaded or restarting, or the mirror port shows one direction only.',
  check: [
    'Is {server} on, and does it answer others?',
    'Is the answer missing on the wire or only in the mirror?',
    'Was it flooded with requests just before?',
  ],
  severity: 'uptime',
  techniques: ['T0814'],
});
export const FUNCTION_SCAN = kind({
  code: 'scan.functions',
  title: '{client} tries one service after the other at {server}, and is refused',
  what: '{server} refused {number} different services of {client} within ten minutes: {operations}. Its last reason: {reason}.',
  comparedWith:
    'A program that belongs to a device asks for what the device offers and allows; {usual} is the limit of this rule.',
  innocent:
    'A configuration or inventory tool that finds out what the device can do, or a program whose rights or list of addresses no longer fit.',
  check: [
    'Which program on {client} does this, and was it started on purpose?',
    'Did a service succeed in between that changes something?',
    'Did {client} try the same at other devices?',
  ],
  severity: 'uptime',
  techniques: ['T0846', 'T0888'],
  needsLearning: false,
});

/** Pairs whose refusals are counted; beyond it further ones are not judged. */
export const MAX_PAIRS = 50_000;
const MINUTE_US = 60_000_000;
const LEAST = 10;
const FACTOR = 3;
/** Different refused services that make a scan of functions. */
const FUNCTIONS = 4;
/** Protocols by which devices of the plant are looked after. */
const AROUND: ReadonlySet<string> = new Set(['http', 'dcerpc']);
const REFUSED = 0;
const UNANSWERED = 1;

const create = (context: DetectorContext): RunningDetector => {
  const bursts = new Bursts(MAX_PAIRS, MINUTE_US);
  const services = new Distinct(10 * MINUTE_US, 4096, 64);
  const command = (at: At, c: Command): void => {
    if (c.outcome !== 'refused' && c.outcome !== 'unanswered') return;
    if (at.client <= 0 || c.target <= 0 || context.isGroup(at.server)) return;
    // Passwords that are refused are another detector's subject.
    if (c.verb === 'authenticate' && c.outcome === 'refused') return;
    const isProcess = isControl(context, at.protocol, false);
    // Web pages and remote procedures of the plant's own devices; what the office fails at is daily life.
    if (isProcess || (AROUND.has(at.protocol) && isPlant(context, c.target))) failed(at, c, isProcess);
  };
  const commonOf = (at: At, c: Command) => ({
    actor: at.client,
    target: c.target,
    protocol: at.protocol,
    verb: c.verb,
    tsUs: at.tsUs,
    certainty: 'certain' as const,
    frames: [at.requestFrame, at.frame],
  });
  /** Who asks whom, by row of `bursts`: the same text again needs no new hash. */
  const keys: (string | undefined)[] = [];
  const keyOf = (row: number, client: EndpointId, target: EndpointId): string => {
    if (row < 0) return `${client} ${target}`;
    keys[row] ??= `${client} ${target}`;
    return keys[row];
  };
  /** Apart, for its closures would make an object for every command. */
  const failed = (at: At, c: Command, isProcess: boolean): void => {
    const client = context.host(at.client);
    const target = context.host(c.target);
    const row = bursts.add(client, target, c.outcome === 'refused' ? REFUSED : UNANSWERED, 0, at.tsUs, 1);
    if (isProcess && c.outcome === 'refused') {
      const key = keyOf(row, client, target);
      const n = services.add(key, c.operation.slice(0, 80), at.tsUs);
      if (n >= FUNCTIONS) {
        // All of them are stated, so that what is told when the finding is taken is what was so at the last.
        const operations = services.told(key);
        const reason = c.reason ?? 'none given';
        const common = commonOf(at, c);
        const { actor, target: server } = common;
        context.state({
          ...common,
          kind: FUNCTION_SCAN,
          key,
          sinceUs: services.sinceUs(key),
          surprise: 0.75,
          certainty: 'likely',
          parts: () => ({
            client: who(actor),
            server: who(server),
            number: count(n),
            operations: wordsAll(operations().map(String)),
            reason: words(reason),
            usual: words(`${FUNCTIONS} different refused services within ten minutes`),
          }),
        });
      }
    }
    if (row < 0 || context.phase !== 'watching') return;
    const now = bursts.current(row);
    const usual = bursts.usual(row);
    if (now < LEAST || now < usual * FACTOR || !bursts.markOdd(row)) return;
    context.state({
      ...commonOf(at, c),
      kind: c.outcome === 'refused' ? REFUSED_BURST : UNANSWERED_BURST,
      // Who asks as always and gets no answer does nothing: it is about the one that is silent.
      ...(c.outcome === 'refused' ? {} : { actor: 0 }),
      key: `${client} ${target}`,
      sinceUs: bursts.startUs(row),
      surprise: c.outcome === 'refused' ? 0.6 : 0.5,
      parts: {
        client: who(at.client),
        server: who(c.target),
        number: count(now),
        operation: words(c.operation),
        object: words(c.object ?? 'no address told'),
        reason: words(c.reason ?? 'it gave no reason'),
        usual: usual === 0 ? words('none') : count(usual),
      },
    });
  };
  return {
    command,
    learning: () => siteLearning(context, bursts.overflow > 0 ? `the table of ${MAX_PAIRS} pairs is full` : ''),
    accept(finding) {
      const n = finding.parts.number;
      const which =
        finding.kind === REFUSED_BURST.code ? REFUSED : finding.kind === UNANSWERED_BURST.code ? UNANSWERED : -1;
      if (which < 0 || n?.kind !== 'count') return false;
      const client = finding.parts.client;
      if (client?.kind !== 'endpoint') return false;
      const row = bursts.find(context.host(client.endpoint), context.host(finding.target), which, 0);
      if (row < 0) return false;
      bursts.accept(row, n.value);
      return true;
    },
    save: () => toText({ bursts: bursts.save(), services: services.save() }),
    load(text) {
      const saved = fromText(text) as { readonly bursts: SavedBursts; readonly services: SavedDistinct };
      bursts.load(saved.bursts);
      services.load(saved.services);
      keys.length = 0;
    },
  };
};

export const refused: Detector = {
  name: 'refused',
  card: {
    notices: 'Many refused or unanswered requests within a minute, and services that are tried one after the other.',
    worksWhen: 'Both directions are on the mirror, and the usual refusals of old programs were seen while learning.',
    failsWhen: 'A slow search stays below ten a minute; devices that answer every request with success hide a search.',
    cost: 'Nothing per accepted read; 60 octets per pair, at most 50,000; services of the last ten minutes for 4,096 pairs.',
    source: 'MODBUS Application Protocol V1.1b3 section 7 (2012); Quickdraw SCADA IDS signatures, Digital Bond (2010)',
  },
  kinds: [REFUSED_BURST, UNANSWERED_BURST, FUNCTION_SCAN],
  create,
};
