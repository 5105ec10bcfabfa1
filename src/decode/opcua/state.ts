/** What one connection knows: the channel, chunks that wait for the rest of their message, and what handles mean. */
import { type NodeId, nodeIdText } from './builtin.ts';
import { ATTRIBUTE_VALUE, attributeName, nodeName } from './names.ts';
import type { ReadValueId } from './services.ts';

/** Monitored items remembered per connection; at the limit all are forgotten and values go by their client handle. */
export const MAX_MONITORED_ITEMS = 65_536;
/** Names of the namespace table kept. */
export const MAX_NAMESPACES = 1024;
/** Aliases of RegisterNodes remembered per connection; at the limit all are forgotten, and nodes go by their alias. */
const MAX_ALIASES = 16_384;
/** Nodes with a name of the nameplate (OPC 10000-100) remembered per connection; others are not noticed. */
export const MAX_NAMEPLATE_NODES = 1024;

/** A message whose last chunk is not there yet. */
export interface OpenMessage {
  readonly requestId: number;
  readonly parts: Uint8Array[];
  octets: number;
}

/** One direction of the connection. */
export interface Direction {
  /** Octets of a chunk that only need to be consumed. */
  skip: number;
  open: OpenMessage[];
  /** Behind a hole: the next chunk header is looked for. */
  lost: boolean;
}

/** Is the content of MSG and CLO readable? Unknown until the channel or its first message says so. */
export type Sight = 'unknown' | 'clear' | 'signed' | 'encrypted';

export interface MonitoredItem {
  readonly node: NodeId;
  readonly path: string;
  readonly range: string | null;
  /** True when it watches the Value attribute. */
  readonly value: boolean;
}

export class OpcuaState {
  readonly client: Direction = { skip: 0, open: [], lost: false };
  readonly server: Direction = { skip: 0, open: [], lost: false };
  /** Of the last OPN; undefined while none was seen. */
  policy: string | undefined;
  sight: Sight = 'unknown';
  /** Messages in which no service was seen while neither OPN nor a service was. */
  unreadable = 0;
  endpointUrl = '';
  /** The user of the session on this connection, and what its CreateSession said of the client. */
  user: string | undefined;
  namespaces: readonly string[] = [];
  /** By subscription, then by client handle. */
  readonly items = new Map<number, Map<number, MonitoredItem>>();
  /** By subscription, then by the server's number of the item: its client handle. */
  readonly handles = new Map<number, Map<number, number>>();
  /** Numbers of items in `handles`, which are at least as many as handles in `items`. */
  itemCount = 0;
  /** Nodes with a name of the nameplate: their property and the node they belong to. */
  readonly nameplate = new Map<string, { readonly property: string; readonly owner: string }>();
  /** Names of nodes by the alias that RegisterNodes gave them (OPC 10000-4 section 5.9.5). */
  private readonly aliases = new Map<string, string>();
  /** Last value said of each fact, so that a poll does not repeat it. */
  readonly said = new Map<string, string>();
  /** The request whose names were last put into words, and the words: polls ask the same again and again. */
  readonly polls = new PollCache();

  /** By request: which of the nodes that are read are secret. Kept only where messages are shown. */
  readonly secretReads = new Map<number, readonly boolean[]>();

  /** The node as people read it, under the name it had before it got an alias. */
  readonly nameOf = (node: NodeId): string =>
    (this.aliases.size === 0 ? undefined : this.aliases.get(nodeIdText(node))) ?? nodeName(node);

  /** The node with its attribute when that is not the value: `ns=1;s=x`, `ns=1;s=x DisplayName`. */
  readonly pathOf = (item: ReadValueId): string =>
    item.attributeId === ATTRIBUTE_VALUE
      ? this.nameOf(item.nodeId)
      : `${this.nameOf(item.nodeId)} ${attributeName(item.attributeId)}`;

  addAlias(alias: NodeId, node: NodeId): void {
    const text = nodeIdText(alias);
    if (text === nodeIdText(node)) return;
    if (this.aliases.size >= MAX_ALIASES) this.aliases.clear();
    this.aliases.set(text, nodeName(node));
    this.polls.forgetPaths();
  }

  removeAlias(alias: NodeId): void {
    if (this.aliases.delete(nodeIdText(alias))) this.polls.forgetPaths();
  }

  /** Is this fact new or different? */
  isNews(key: string, value: string): boolean {
    if (this.said.get(key) === value) return false;
    if (this.said.size >= MAX_SAID) this.said.clear();
    this.said.set(key, value);
    return true;
  }

  remember(subscription: number, handle: number, item: MonitoredItem, monitoredItemId: number): void {
    if (this.itemCount >= MAX_MONITORED_ITEMS) this.forgetAll();
    let items = this.items.get(subscription);
    let handles = this.handles.get(subscription);
    if (items === undefined || handles === undefined) {
      items = new Map();
      handles = new Map();
      this.items.set(subscription, items);
      this.handles.set(subscription, handles);
    }
    items.set(handle, item);
    if (!handles.has(monitoredItemId)) this.itemCount++;
    handles.set(monitoredItemId, handle);
  }

  forgetItem(subscription: number, monitoredItemId: number): void {
    const handles = this.handles.get(subscription);
    const handle = handles?.get(monitoredItemId);
    if (handles === undefined || handle === undefined) return;
    handles.delete(monitoredItemId);
    this.itemCount--;
    this.items.get(subscription)?.delete(handle);
  }

  /** The item gets another client handle. */
  rename(subscription: number, monitoredItemId: number, handle: number): void {
    const handles = this.handles.get(subscription);
    const items = this.items.get(subscription);
    const old = handles?.get(monitoredItemId);
    if (handles === undefined || items === undefined || old === undefined || old === handle) return;
    const item = items.get(old);
    handles.set(monitoredItemId, handle);
    if (item === undefined) return;
    items.delete(old);
    items.set(handle, item);
  }

  forgetSubscription(subscription: number): void {
    this.itemCount -= this.handles.get(subscription)?.size ?? 0;
    this.items.delete(subscription);
    this.handles.delete(subscription);
  }

  forgetAll(): void {
    this.items.clear();
    this.handles.clear();
    this.itemCount = 0;
  }

  /** The URI of a node's namespace, when the table was read. */
  uriOf(node: NodeId): string | undefined {
    return node.namespaceUri ?? (node.namespace > 0 ? this.namespaces[node.namespace] : undefined);
  }
}

/** Facts compared per connection; at the limit they may be said once more. */
const MAX_SAID = 1024;

/** Poll lists remembered per connection. */
const POLLS = 8;
/** Longer requests are read anew each time. */
export const MAX_POLL_OCTETS = 32_768;

interface Poll {
  readonly octets: Uint8Array;
  /** What the octets said, and its names in words once they were asked for. */
  readonly nodes: readonly unknown[];
  paths: readonly string[] | undefined;
}

/** Requests that are repeated octet for octet, as pollers do: read once, and their node names put into words once. */
class PollCache {
  private readonly polls: Poll[] = [];
  private next = 0;

  /** What these octets said before. */
  find(b: Uint8Array, start: number, end: number): readonly unknown[] | undefined {
    const n = end - start;
    const { polls } = this;
    for (let p = 0; p < polls.length; p++) {
      const { octets, nodes } = polls[p]!;
      if (octets.length !== n) continue;
      let i = 0;
      while (i < n && octets[i] === b[start + i]) i++;
      if (i === n) return nodes;
    }
    return undefined;
  }

  keep(octets: Uint8Array, nodes: readonly unknown[]): void {
    this.polls[this.next] = { octets, nodes, paths: undefined };
    this.next = (this.next + 1) % POLLS;
  }

  /** Names may have changed: they are made anew. */
  forgetPaths(): void {
    for (const poll of this.polls) poll.paths = undefined;
  }

  /** The names of these nodes, made by `name` the first time. */
  pathsOf<N>(nodes: readonly N[], name: (node: N) => string): readonly string[] {
    for (const poll of this.polls)
      if (poll.nodes === nodes) {
        poll.paths ??= nodes.map(name);
        return poll.paths;
      }
    return nodes.map(name);
  }
}
