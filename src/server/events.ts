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
import { personOf } from './guard.ts';
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
  readonly sees: (topic: string) => boolean;
  /** False when the person is no longer logged in. */
  readonly lives: () => boolean;
  readonly end: () => void;
}

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
        if (client.lives()) client.write(': alive\n\n');
        else client.end();
      }
    }, heartbeatMs);
    this.#heartbeat.unref();
  }

  get clients(): number {
    return this.#clients.size;
  }

  #take(event: EngineEvent): void {
    const number = ++this.#number;
    const topic = event.kind === 'change' ? event.data.topic : 'sources';
    const text = `id: ${this.#epoch}-${number}\nevent: ${event.kind}\ndata: ${JSON.stringify(event.data)}\n\n`;
    this.#kept.push({ number, topic, text });
    if (this.#kept.length > KEPT_EVENTS) this.#kept.shift();
    for (const client of this.#clients) if (client.sees(topic)) client.write(text);
  }

  /** Everything after `lastId`; undefined when that is not known any more. */
  #missed(lastId: string | undefined): readonly Kept[] | undefined {
    if (lastId === undefined || !lastId.startsWith(`${this.#epoch}-`)) return undefined;
    const number = Number(lastId.slice(this.#epoch.length + 1));
    const oldest = this.#kept[0]?.number ?? this.#number + 1;
    if (!Number.isInteger(number) || number > this.#number || number < oldest - 1) return undefined;
    return this.#kept.filter((event) => event.number > number);
  }

  async open(request: FastifyRequest, reply: FastifyReply, stillIn: () => boolean): Promise<void> {
    if (this.#clients.size >= MAX_CLIENTS) {
      throw new RequestError(
        503,
        'too-many-streams',
        'Too many consoles are open.',
        'Close some and load the page again.',
      );
    }
    const role = personOf(request).user.role as UserRole;
    const sees = (topic: string): boolean =>
      (topic !== 'journal' && topic !== 'users') || ROLE_PERMISSIONS[role].includes(topic);
    const header = request.headers['last-event-id'];
    const missed = this.#missed(Array.isArray(header) ? header[0] : header);
    const snapshot = missed === undefined ? await this.#engine.versions() : [];
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    const client: Client = {
      sees,
      lives: stillIn,
      write: (text) => {
        if (raw.destroyed) return;
        raw.write(text);
        if (raw.writableLength > MAX_CLIENT_BYTES) raw.destroy();
      },
      end: () => raw.end(),
    };
    this.#clients.add(client);
    raw.on('close', () => this.#clients.delete(client));
    client.write(`retry: 2000\nid: ${this.#epoch}-${this.#number}\nevent: hello\ndata: {}\n\n`);
    for (const data of snapshot) if (sees(data.topic)) client.write(`event: change\ndata: ${JSON.stringify(data)}\n\n`);
    for (const event of missed ?? []) if (sees(event.topic)) client.write(event.text);
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#stop();
    for (const client of this.#clients) client.end();
  }
}
