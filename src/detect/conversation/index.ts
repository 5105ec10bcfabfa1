/**
 * Who talks with whom by which protocol, against what was seen while learning. Control traffic repeats itself, so a new
 * conversation is rare and worth a word. Source: Barbosa, Sadre, Pras, Flow whitelisting in SCADA networks, International
 * Journal of Critical Infrastructure Protection 6 (2013).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At } from '../../core/observation.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { Usual } from '../../learn/network/usual.ts';
import { type SavedVisits, Visits } from '../../learn/network/visits.ts';
import { Interner } from '../../lib/interner.ts';
import { subnetOf } from '../../lib/ip-scope.ts';
import { PairCache } from '../../lib/pair-cache.ts';
import { isControl, isPlant, isTalk, siteLearning } from '../shared/learning.ts';
import { byProtocols, count, counted, watchedFor, who, whoAll, words } from '../shared/parts.ts';
import { rowFromElsewhere } from '../shared/sides.ts';
import { fromText, toText } from '../shared/text.ts';
import { NEW_CONVERSATION, NEW_CONVERSATIONS } from './kinds.ts';

/** Conversations (client, server, protocol); beyond it new ones are told each time as new, and learning says so. */
export const MAX_CONVERSATIONS = 200_000;
/** Names of protocols and of ports nobody decodes; beyond it further ones are one. */
export const MAX_PROTOCOLS = 4096;
/** New servers of one client within an hour that are told one by one; more are told together. */
export const MAX_APART = 5;
/** Clients with new servers that are followed at a time; the oldest leaves. */
export const MAX_FANNING = 4096;
const HOUR_US = 3_600_000_000;
/** Told once, it is not news again the same day. */
const DAY_US = 24 * HOUR_US;
const WEEK_US = 7 * DAY_US;
const TELL_EVERY_US = 10_000_000;
/** Ports that systems hand out by themselves (RFC 6335: dynamic ports). */
const DYNAMIC_PORT = 49_152;

/** Clients of one network that make a service everybody's there: a further one is no news. */
const EVERYBODY = 5;
interface Fan {
  sinceUs: number;
  toldUs: number;
  readonly servers: EndpointId[];
  readonly protocols: string[];
}
interface Saved {
  readonly rows: KnownRows;
  readonly protocols: readonly string[];
  readonly fans: readonly (readonly [EndpointId, Fan])[];
  readonly told: readonly (readonly [string, string[]])[];
  readonly visits: SavedVisits;
}

const create = (context: DetectorContext): RunningDetector => {
  const known = new Known(MAX_CONVERSATIONS);
  const protocols = new Interner(MAX_PROTOCOLS);
  protocols.id('');
  const clientsOf = new Usual();
  /** Conversations learned per client. */
  const had = new Map<EndpointId, number>();
  const fans = new Map<EndpointId, Fan>();
  const visits = new Visits();
  /** Learned clients of one network by service. */
  const users = new Map<string, number>();
  /** Protocols by pair that is told. */
  const told = new Map<string, string[]>();
  /** Protocol by pair of endpoints that is known to be usual: most of what comes. */
  const settled = new PairCache(12);

  const learn = (row: number, client: number, server: number, protocol: number): void => {
    known.setState(row, USUAL);
    clientsOf.add(server * MAX_PROTOCOLS + protocol, client);
    had.set(client, (had.get(client) ?? 0) + 1);
    if (client <= 0 || server <= 0) return;
    if (isControl(context, protocols.texts[protocol] ?? '', false)) return;
    const key = userKey(client, server, protocol);
    users.set(key, (users.get(key) ?? 0) + 1);
  };
  const userKey = (client: number, server: number, protocol: number): string => {
    const { segment, vlan, ip } = context.endpoints.get(client);
    return `${segment} ${vlan} ${subnetOf(ip ?? '')} ${server} ${protocol}`;
  };
  /** Everything outside of the plant is one place here: what goes there is another detector's subject. */
  const placeOf = (endpoint: EndpointId): EndpointId => (context.isOutside(endpoint) ? 0 : context.host(endpoint));

  const isKnownFromElsewhere = (client: EndpointId, server: EndpointId, p: number): boolean =>
    client > 0 &&
    server > 0 &&
    rowFromElsewhere(context, client, server, (c, s) => {
      const row = known.find(c, s, p, 0);
      return row >= 0 && known.state(row) === USUAL ? row : -1;
    }) >= 0;

  const see = (at: At, protocol: string, beganUs = at.tsUs): void => {
    const { tsUs } = at;
    const p = Math.max(0, protocols.id(protocol));
    if (p > 0 && settled.get(at.client, at.server) === p) return;
    if (at.client <= 0 || at.server <= 0 || context.isGroup(at.server) || context.isGroup(at.client)) return;
    const client = placeOf(at.client);
    const server = placeOf(at.server);
    if (client === server) return;
    let row = known.find(client, server, p, 0);
    if (row >= 0 && known.state(row) === USUAL) {
      settled.set(at.client, at.server, p);
      return;
    }
    const mayLearn = !context.isSuspect(at.client);
    const learning = mayLearn && beganUs < context.judgedFromUs;
    row = known.see(client, server, p, 0, tsUs, DOUBTED);
    // A capture that starts in the middle may have taken the two ends for each other.
    const turned = known.find(server, client, p, 0);
    const everybodys =
      mayLearn && client > 0 && server > 0 && (users.get(userKey(client, server, p)) ?? 0) >= EVERYBODY;
    if (learning || everybodys || (turned >= 0 && known.state(turned) === USUAL)) {
      learn(row, client, server, p);
      return;
    }
    if (isKnownFromElsewhere(client, server, p)) learn(row, client, server, p);
    else if (context.phase === 'watching') tell(at, row, client, server, protocol, p);
  };

  /**
   * Goes online with controllers here and there: it did so while learning, or it is an engineering station in its first week, which
   * gets round to each of its controllers. Never a safety controller, nor for a station that did something odd before.
   */
  const isEngineers = (at: At, client: EndpointId): boolean =>
    visits.roams(client) ||
    (context.watchedUs < WEEK_US &&
      context.role(client) === 'engineering-station' &&
      context.role(at.server) !== 'safety-controller' &&
      !context.isSuspect(at.client));

  const tell = (at: At, row: number, client: number, server: number, protocol: string, p: number): void => {
    const times = known.due(row, at.tsUs, TELL_EVERY_US);
    if (times === 0) return;
    const plant = isPlant(context, at.server) || isPlant(context, at.client);
    const control = isControl(context, protocol, false);
    // Names, time and the like are asked for everywhere; office hosts meet each other all day long.
    const surprise = control
      ? isEngineers(at, client)
        ? 0.4
        : 0.8
      : !plant || context.family(protocol) === 'network'
        ? 0.25
        : 0.6;
    const fan = fanOf(at.client, at.tsUs);
    if (!fan.servers.includes(at.server) && fan.servers.length < 256) fan.servers.push(at.server);
    if (!fan.protocols.includes(protocol) && fan.protocols.length < 16) fan.protocols.push(protocol);
    const many = fan.servers.length > MAX_APART;
    if (many) {
      if (at.tsUs - fan.toldUs < TELL_EVERY_US) return;
      fan.toldUs = at.tsUs;
    }
    const common = {
      actor: at.client,
      target: at.server,
      protocol,
      tsUs: at.tsUs,
      times,
      surprise,
      certainty: 'certain' as const,
      ...(control ? {} : { severity: 'regulatory' as const }),
      frames: [at.requestFrame, at.frame],
      quietUs: DAY_US,
    };
    if (many)
      context.state({
        ...common,
        kind: NEW_CONVERSATIONS,
        key: `${client}`,
        sinceUs: fan.sinceUs,
        parts: {
          client: who(at.client),
          number: count(fan.servers.length),
          servers: whoAll(fan.servers),
          protocols: byProtocols(fan.protocols),
          watched: watchedFor(context.watchedUs),
          before: counted(had.get(client) ?? 0, 'conversation'),
        },
      });
    else {
      const pair = `${client} ${server}`;
      // The layers of one connection (COTP below S7) are one conversation for people.
      const list = told.get(pair) ?? [];
      if (!list.includes(protocol) && list.length < 8) list.push(protocol);
      if (told.size >= MAX_FANNING && !told.has(pair)) told.clear();
      told.set(pair, list);
      context.state({
        ...common,
        kind: NEW_CONVERSATION,
        key: pair,
        parts: {
          client: who(at.client),
          server: who(at.server),
          protocol: byProtocols(list),
          watched: watchedFor(context.watchedUs),
          usual: usualClients(server, p),
        },
      });
    }
  };

  const usualClients = (server: number, p: number) => {
    const clients = clientsOf.of(server * MAX_PROTOCOLS + p).filter((c) => c > 0);
    return clients.length === 0 ? words('nobody') : whoAll(clients);
  };

  const fanOf = (client: EndpointId, tsUs: number): Fan => {
    let fan = fans.get(client);
    if (fan === undefined || tsUs - fan.sinceUs > HOUR_US) {
      if (fan === undefined && fans.size >= MAX_FANNING) {
        const oldest = fans.keys().next();
        if (!oldest.done) fans.delete(oldest.value);
      }
      fan = { sinceUs: tsUs, toldUs: 0, servers: [], protocols: [] };
      fans.set(client, fan);
    }
    return fan;
  };

  return {
    poll: (at) => see(at, at.protocol),
    command: (at) => see(at, at.protocol),
    session: (at) => see(at, at.protocol),
    flow(at, f) {
      if (f.transport === 'ethernet' || !isTalk(f)) return;
      if (
        f.final &&
        context.phase === 'learning' &&
        isControl(context, f.service, false) &&
        !context.isSuspect(f.client)
      )
        visits.add(context.host(f.client), context.host(f.server), f.lastUs - f.firstUs);
      const port = f.serverPort >= DYNAMIC_PORT ? 'dynamic' : f.serverPort;
      const name = f.transport === 'tcp' || f.transport === 'udp' ? `${f.transport} port ${port}` : f.transport;
      see(at, f.service !== '' ? f.service : name, f.firstUs);
    },
    learning: () =>
      siteLearning(context, known.overflow > 0 ? `the table of ${MAX_CONVERSATIONS} conversations is full` : ''),
    accept(finding) {
      const isNewDevice = finding.kind === 'new-device';
      if (!isNewDevice && finding.kind !== NEW_CONVERSATION.code && finding.kind !== NEW_CONVERSATIONS.code)
        return false;
      const actor = context.host(isNewDevice ? finding.target : finding.actor);
      const target = context.isOutside(finding.target) ? 0 : context.host(finding.target);
      let learned = false;
      for (let row = 0; row < known.size; row++) {
        if (known.state(row) === USUAL) continue;
        const [client, server, p] = [known.part(row, 0), known.part(row, 1), known.part(row, 2)];
        const mine =
          finding.kind === NEW_CONVERSATION.code
            ? client === actor && server === target
            : client === actor || (isNewDevice && server === actor);
        if (!mine) continue;
        learn(row, client, server, p);
        learned = true;
      }
      fans.delete(finding.actor);
      return learned;
    },
    save: () =>
      toText({
        rows: known.save(),
        protocols: protocols.texts,
        fans: [...fans],
        told: [...told],
        visits: visits.save(),
      } satisfies Saved),
    load(text) {
      const saved = fromText(text) as Saved;
      protocols.load(saved.protocols);
      known.load(saved.rows);
      for (let row = 0; row < known.size; row++)
        if (known.state(row) === USUAL) learn(row, known.part(row, 0), known.part(row, 1), known.part(row, 2));
      for (const [client, fan] of saved.fans) fans.set(client, fan);
      for (const [pair, list] of saved.told) told.set(pair, list);
      visits.load(saved.visits);
    },
  };
};

export const conversation: Detector = {
  name: 'conversation',
  card: {
    notices: 'Two devices that talk by a protocol they did not use with each other before.',
    worksWhen: 'The learning time covers the usual jobs (a day, better a week with its maintenance).',
    failsWhen:
      'An attacker uses an existing conversation (a taken-over engineering station); rare but normal jobs are new once. ' +
      'A station that visited several controllers while learning, and in the first week any that is known as an engineering ' +
      'station, is expected to visit others: that is kept below what asks a person. ' +
      'Everything outside of the plant counts as one place. What happens while learning counts as usual unless a rule objects.',
    cost: 'About 30 ns per transaction and 70 octets per conversation, at most 200,000.',
    source: 'Barbosa, Sadre, Pras: Flow whitelisting in SCADA networks, IJCIP 6 (2013)',
  },
  kinds: [NEW_CONVERSATION, NEW_CONVERSATIONS],
  create,
};
