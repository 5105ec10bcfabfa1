/**
 * The event stream (server-sent events): small notices that a topic has a new version or a source moved on. A client that
 * comes back with Last-Event-ID gets what it missed, or one notice per topic when that is too long ago. A client that
 * does not read is cut off, so that it cannot hold memory.
 * @source https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { UserRole } from '../api/index.ts';
import { type Engine, type EngineEvent, RequestError } from '../app/engine-contract.ts';
import { ROLE_PERMISSIONS } from './permissions.ts';

/** Events kept for clients that come back. */
export const KEPT_EVENTS = 1000;
/** Octets that may wait for one client before it is cut off. */
export const MAX_CLIENT_BYTES = 256 * 1024;
/** Streams open at a time. */
export const MAX_CLIENTS = 200;
const HEARTBEAT_MS = 15_000;

interface Kept {
  readonly number: number;
  readonly topic: string;
  readonly text: string;
}

interface Client {
  readonly write: (text: string) => void;
  /** The role of the person now; undefined once the session has ended. */
  readonly role: () => UserRole | undefined;
  readonly end: () => void;
}

const sees = (role: UserRole, topic: string): boolean =>
  (topic !== 'journal' && topic !== 'users') || ROLE_PERMISSIONS[role].includes(topic);

export class EventHub {
  readonly #engine: Engine;
  /** Event ids are `epoch-number`: after a restart old ids are recognised as such. */
  readonly #epoch = randomBytes(4).toString('hex');
  readonly #kept: Kept[] = [];
  readonly #clients = new Set<Client>();
  readonly #stop: () => void;
  readonly #heartbeat: NodeJS.Timeout;
  #number = 0;

  constructor(engine: Engine, heartbeatMs = HEARTBEAT_MS) {
    this.#engine = engine;
    this.#stop = engine.onEvent((event) => this.#take(event));
    this.#heartbeat = setInterval(() => {
      for (const client of this.#clients) {
        if (client.role() === undefined) client.end();
        else client.write(': alive\n\n');
      }
    }, heartbeatMs);
    this.#heartbeat.unref();
  }

  get clients(): number {
    return this.#clients.size;
  }

  #take(event: EngineEvent): void {
    // For whoever keeps pages; consoles hear of the topics by themselves.
    if (event.kind === 'acted') return;
    const number = ++this.#number;
    const topic = event.kind === 'change' ? event.data.topic : 'sources';
    const text = `id: ${this.#epoch}-${number}\nevent: ${event.kind}\ndata: ${JSON.stringify(event.data)}\n\n`;
    this.#kept.push({ number, topic, text });
    if (this.#kept.length > KEPT_EVENTS) this.#kept.shift();
    for (const client of this.#clients) {
      const role = client.role();
      if (role === undefined) client.end();
      else if (sees(role, topic)) client.write(text);
    }
  }

  /** Everything after `lastId`; undefined when that is not known any more. */
  #missed(lastId: string | undefined): readonly Kept[] | undefined {
    if (lastId === undefined || !lastId.startsWith(`${this.#epoch}-`)) return undefined;
    const number = Number(lastId.slice(this.#epoch.length + 1));
    const oldest = this.#kept[0]?.number ?? this.#number + 1;
    if (!Number.isInteger(number) || number > this.#number || number < oldest - 1) return undefined;
    return this.#kept.filter((event) => event.number > number);
  }

  /** `role`: of the person behind the request, asked again before each notice. */
  async open(request: FastifyRequest, reply: FastifyReply, role: () => UserRole | undefined): Promise<void> {
    if (this.#clients.size >= MAX_CLIENTS) {
      throw new RequestError(
        503,
        'too-many-streams',
        'Too many consoles are open.',
        'Close some and load the page again.',
      );
    }
    const header = request.headers['last-event-id'];
    const missed = this.#missed(Array.isArray(header) ? header[0] : header);
    const snapshot = missed === undefined ? await this.#engine.versions() : [];
    reply.hijack();
    const { raw } = reply;
    // Gone while the state was asked for: its `close` has been and would never be heard again.
    const now = role();
    if (raw.destroyed || now === undefined) {
      raw.destroy();
      return;
    }
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    const client: Client = {
      role,
      write: (text) => {
        // Ended but not yet sent to a client that does not read: writing now would be an error nobody hears.
        if (raw.destroyed || raw.writableEnded) return;
        raw.write(text);
        if (raw.writableLength > MAX_CLIENT_BYTES) raw.destroy();
      },
      end: () => {
        this.#clients.delete(client);
        raw.end();
        // What waits for somebody who does not read any more is not kept.
        if (raw.writableLength > 0) raw.destroy();
      },
    };
    this.#clients.add(client);
    raw.on('close', () => this.#clients.delete(client));
    raw.on('error', () => this.#clients.delete(client));
    client.write(`retry: 2000\nid: ${this.#epoch}-${this.#number}\nevent: hello\ndata: {}\n\n`);
    for (const data of snapshot)
      if (sees(now, data.topic)) client.write(`event: change\ndata: ${JSON.stringify(data)}\n\n`);
    for (const event of missed ?? []) if (sees(now, event.topic)) client.write(event.text);
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#stop();
    for (const client of this.#clients) client.end();
  }
}
