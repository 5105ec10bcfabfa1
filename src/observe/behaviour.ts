/**
 * How each device behaves, gathered in one pass over the conversations: what it serves and uses, what it did to whom.
 */
import type { EndpointView } from '../core/endpoint.ts';
import type { Verb } from '../core/observation.ts';
import type { Conversation } from '../core/site.ts';
import { ipScope } from '../lib/ip-scope.ts';
import type { Binding, Group } from './nodes.ts';
import type { Behaviour } from './roles.ts';

interface Gathered {
  readonly serves: Set<string>;
  readonly servesPorts: Set<number>;
  readonly uses: Set<string>;
  readonly does: Set<Verb>;
  readonly controllers: Set<Group>;
  readonly readers: Set<Group>;
  children: number;
  toOutside: boolean;
  router: string;
  translates: boolean;
  external: boolean;
  child: boolean;
}

/** Public addresses behind a router; on links without MAC addresses, public ones beside private ones. */
const isOutside = (view: EndpointView, g: Group, privateSegments: ReadonlySet<number>): boolean =>
  g.kind === 'device' &&
  (g.behind !== undefined || (g.macs.length === 0 && privateSegments.has(view.get(g.founder).segment))) &&
  g.endpoints.some((id) => ipScope(view.get(id).ip ?? '') === 'public');

/** Behaviour of every group. A server counts as serving when it answered or a command reached an outcome. */
export const gatherBehaviour = (
  view: EndpointView,
  binding: Binding,
  conversations: Iterable<Conversation>,
  automation: ReadonlySet<string>,
): ReadonlyMap<Group, Behaviour> => {
  const out = new Map<Group, Gathered>();
  const privateSegments = new Set<number>();
  for (const g of binding.groups)
    for (const id of g.endpoints)
      if (view.spoke(id) && ipScope(view.get(id).ip ?? '') === 'private') privateSegments.add(view.get(id).segment);
  for (const g of binding.groups)
    out.set(g, {
      serves: new Set(),
      servesPorts: new Set(),
      uses: new Set(),
      does: new Set(),
      controllers: new Set(),
      readers: new Set(),
      children: 0,
      toOutside: false,
      router: g.router,
      translates: g.translates,
      external: isOutside(view, g, privateSegments),
      child: g.kind !== 'device',
    });
  for (const g of binding.groups) if (g.parent !== undefined && g.kind === 'child') out.get(g.parent)!.children++;
  for (const c of conversations) {
    const client = binding.of[c.client];
    const server = binding.of[c.server];
    const verbs = Object.keys(c.verbs) as Verb[];
    const answered = c.serverPackets > 0 || verbs.length > 0;
    if (server !== undefined && answered) {
      const s = out.get(server)!;
      if (c.protocol !== '') s.serves.add(c.protocol);
      if (c.serverPort > 0 && c.serverPackets > 0) s.servesPorts.add(c.serverPort);
    }
    if (client === undefined) continue;
    const b = out.get(client)!;
    if (c.protocol !== '') b.uses.add(c.protocol);
    if (server === client) continue;
    for (const v of verbs) b.does.add(v);
    if (ipScope(view.get(c.server === 0 ? c.client : c.server).ip ?? '') === 'public') b.toOutside = true;
    if (server !== undefined && automation.has(c.protocol) && verbs.length > 0 && answered) {
      b.controllers.add(server);
      out.get(server)!.readers.add(client);
    }
  }
  const result = new Map<Group, Behaviour>();
  for (const [g, b] of out)
    result.set(g, {
      ...b,
      controllers: b.controllers.size,
      readers: b.readers.size,
      // Whoever serves automation to the site belongs to it, wherever it stands.
      external: b.external && b.readers.size === 0,
    });
  return result;
};
