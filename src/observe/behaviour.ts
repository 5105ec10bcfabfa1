/**
 * How each device behaves, gathered from its conversations: what it serves and uses, what it did to whom. Of one device at
 * a time, so that those whose conversations did not change are kept.
 */
import type { EndpointView } from '../core/endpoint.ts';
import { VERBS, type Verb } from '../core/observation.ts';
import { ipScope, subnetOf } from '../lib/ip-scope.ts';
import type { Conversations } from './conversations.ts';
import type { Knowledge } from './knowledge.ts';
import type { Group } from './nodes.ts';
import type { Behaviour } from './roles.ts';

/** Group of each endpoint; undefined for what never spoke. */
export type GroupOf = readonly (Group | undefined)[];

/** Most devices do little: what is empty is one for all. */
const NONE: ReadonlySet<never> = new Set();
const orNone = <T>(set: ReadonlySet<T>): ReadonlySet<T> => (set.size === 0 ? NONE : set);

const bitsOf = (...verbs: readonly Verb[]): number => verbs.reduce((bits, v) => bits | (1 << VERBS.indexOf(v)), 0);
const ENGINEERING = bitsOf('program-download', 'program-upload', 'mode-change', 'firmware-update');
const CONFIGURE = bitsOf('configure');

/** Protocols by which people work at another computer. */
const REMOTE: ReadonlySet<string> = new Set(['rdp', 'ssh', 'telnet']);

/** Verbs of this protocol that tell what their client is for. */
const told = (protocol: string, { automation, configuring }: Pick<Knowledge, 'automation' | 'configuring'>): number =>
  !automation.has(protocol) ? ENGINEERING : configuring.has(protocol) ? ~CONFIGURE : ~0;

export class Behaviours {
  private readonly view: EndpointView;
  private readonly conversations: Conversations;
  /** Conversations by endpoint; as many entries as conversations have ends. */
  private readonly rows: number[][] = [];
  private count = 0;

  constructor(view: EndpointView, conversations: Conversations) {
    this.view = view;
    this.conversations = conversations;
  }

  /** Takes note of conversations that are new. */
  update(): void {
    const { conversations, rows } = this;
    for (; this.count < conversations.count; this.count++) {
      const client = conversations.client[this.count]!;
      const server = conversations.server[this.count]!;
      for (const id of client === server ? [client] : [client, server]) {
        const known = rows[id];
        if (known === undefined) rows[id] = [this.count];
        else known.push(this.count);
      }
    }
  }

  /** The groups at the other ends of the conversations of an endpoint. */
  *peersOf(endpoint: number, groupOf: GroupOf): Generator<Group> {
    for (const row of this.rows[endpoint] ?? []) {
      const client = this.conversations.client[row]!;
      const peer = groupOf[client === endpoint ? this.conversations.server[row]! : client];
      if (peer !== undefined) yield peer;
    }
  }

  /**
   * A server counts as serving when it answered or a command reached an outcome. `privateSegments`: where private
   * addresses speak; `children`: answering devices behind the group.
   */
  of(
    group: Group,
    groupOf: GroupOf,
    children: number,
    privateSegments: ReadonlySet<number>,
    knowledge: Pick<Knowledge, 'automation' | 'configuring'>,
  ): Behaviour {
    const { view, conversations } = this;
    const serves = new Set<string>();
    const servesPorts = new Set<number>();
    const uses = new Set<string>();
    let did = 0;
    let toOutside = false;
    const controllers = new Set<Group>();
    const readers = new Set<Group>();
    const clients = new Set<Group>();
    /** Networks from which people come by remote session, and into which they go on. */
    const [from, onto] = [new Set<string>(), new Set<string>()];
    for (const row of this.rowsOf(group)) {
      const c = conversations.client[row]!;
      const s = conversations.server[row]!;
      const client = groupOf[c];
      const server = groupOf[s];
      const protocol = conversations.protocolOf(row);
      const verbs = conversations.verbsOf(row);
      const replied = conversations.replied(row);
      const answered = replied || verbs !== 0;
      if (server === group && answered) {
        if (protocol !== '') serves.add(protocol);
        const port = conversations.port[row]!;
        if (port > 0 && replied) servesPorts.add(port);
        if (client !== undefined && client !== group) clients.add(client);
      }
      if (answered && client !== server && REMOTE.has(protocol)) {
        if (server === group) from.add(subnetOf(view.get(c).ip ?? ''));
        else onto.add(subnetOf(view.get(s).ip ?? ''));
      }
      const commands =
        verbs !== 0 && client !== undefined && server !== undefined && knowledge.automation.has(protocol);
      if (client === group) {
        if (protocol !== '') uses.add(protocol);
        if (server === group) continue;
        did |= verbs & told(protocol, knowledge);
        if (ipScope(view.get(s === 0 ? c : s).ip ?? '') === 'public') toOutside = true;
        if (commands) controllers.add(server);
      } else if (commands) readers.add(client);
    }
    const does = new Set<Verb>();
    for (const [i, verb] of VERBS.entries()) if ((did & (1 << i)) !== 0) does.add(verb);
    return {
      serves: orNone(serves),
      servesPorts: orNone(servesPorts),
      uses: orNone(uses),
      does: orNone(does),
      controllers: controllers.size,
      readers: readers.size,
      clients: clients.size,
      children,
      toOutside,
      relays: controllers.size + readers.size === 0 && passesOn(from, onto),
      router: group.router,
      translates: group.translates,
      // Whoever serves automation to the site belongs to it, wherever it stands.
      external: readers.size === 0 && isOutside(view, group, privateSegments),
      child: group.kind !== 'device',
    };
  }

  private rowsOf(group: Group): readonly number[] {
    const [first = 0] = group.endpoints;
    if (group.endpoints.length === 1) return this.rows[first] ?? [];
    const all = new Set<number>();
    for (const id of group.endpoints) for (const row of this.rows[id] ?? []) all.add(row);
    return [...all].sort((a, b) => a - b);
  }
}

const passesOn = (from: ReadonlySet<string>, onto: ReadonlySet<string>): boolean => {
  for (const there of onto) for (const here of from) if (here !== there && here !== '' && there !== '') return true;
  return false;
};

/** Public addresses behind a router; on links without MAC addresses, public ones beside private ones. */
const isOutside = (view: EndpointView, g: Group, privateSegments: ReadonlySet<number>): boolean =>
  g.kind === 'device' &&
  (g.behind !== undefined || (g.macs.length === 0 && privateSegments.has(view.get(g.founder).segment))) &&
  g.endpoints.some((id) => ipScope(view.get(id).ip ?? '') === 'public');
