/** Decodes one capture through the product's own pipeline and keeps every message, with its transaction. */
import { openCaptureFile, readCapture } from '../../src/app/parts.ts';
import { createSiteRuntime, Pipeline } from '../../src/app/pipeline.ts';
import type { Decoder, Message, PduContext } from '../../src/core/decoder.ts';
import { type FlowSummary, SILENT } from '../../src/core/observation.ts';
import type { SiteSink } from '../../src/core/site-model.ts';
import { DECODERS, type EndpointTable } from '../../src/decode/index.ts';
import { WatchedFilter } from './copies.ts';
import { Repeats } from './repeats.ts';
import type { Seen, SeenCapture, SeenTransaction } from './types.ts';

/** What stands for a unit of an envelope that has no message of its own (a COTP DT), and for a piece that was kept or skipped. */
const ENVELOPE: Message = { type: 'envelope' };
const FRAGMENT: Message = { type: 'fragment' };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Decodes the capture at `path`. Throws when it cannot be read. */
export const seeCapture = async (name: string, path: string): Promise<SeenCapture> => {
  const all: Seen[] = [];
  const byMessage = new Map<Message, Seen>();
  const byProtocol = new Map<string, Seen[]>();
  const transactions = new Map<string, SeenTransaction[]>();
  const flows = new Map<number, SeenCapture['flows'][number]>();
  const aliases = new Map<number, number>();
  const repeats = new Repeats();
  const duplicates = new WatchedFilter();
  let octets = 0;
  let endpoints: EndpointTable | undefined;
  const texts: { address: string; mac: string; vlan: number }[] = [];
  const text = (id: number): { address: string; mac: string; vlan: number } => {
    let known = texts[id];
    if (known === undefined) {
      const e = id > 0 ? endpoints!.get(id) : undefined;
      known = { address: e?.ip ?? e?.mac ?? '', mac: e?.mac ?? '', vlan: e?.vlan ?? 0 };
      texts[id] = known;
    }
    return known;
  };

  const note = (protocol: string, message: Message, c: PduContext): void => {
    const sender = text(c.sender);
    const receiver = text(c.receiver);
    const seen: Mutable<Seen> = {
      index: all.length,
      frame: c.frame,
      firstFrame: c.firstFrame,
      tsUs: c.tsUs,
      protocol,
      flow: c.flow,
      toServer: c.toServer,
      sender: sender.address,
      receiver: receiver.address,
      senderMac: sender.mac,
      receiverMac: receiver.mac,
      senderPort: c.toServer ? c.clientPort : c.serverPort,
      receiverPort: c.toServer ? c.serverPort : c.clientPort,
      carrier: c.carrier,
      protocolNumber: c.protocolNumber,
      group: c.group,
      vlan: sender.vlan,
      octets,
      message,
      transaction: undefined,
    };
    all.push(seen);
    byMessage.set(message, seen);
    const list = byProtocol.get(protocol);
    if (list) list.push(seen);
    else byProtocol.set(protocol, [seen]);
  };

  /** The decoder as it is, with what people are not shown; what it framed and how it paired is noted on the way. */
  const watched = ({ shown: _, ...d }: Decoder): Decoder => ({
    ...d,
    decode: (bytes, start, end, context, state) => {
      const r = d.decode(bytes, start, end, context, state);
      if (r.kind === 'message' || r.kind === 'carries' || r.kind === 'skip') {
        octets = r.consumed > 0 ? r.consumed : end - start;
        if (r.kind === 'skip') note(`${d.name} envelope`, FRAGMENT, context);
        else if (r.kind === 'carries' && !r.message) note(`${d.name} envelope`, ENVELOPE, context);
      }
      return r;
    },
    observe: (t, sink, state) => {
      const request = t.request && byMessage.get(t.request);
      const response = t.response && byMessage.get(t.response);
      const kept: SeenTransaction = { protocol: d.name, request, response, state: t.state };
      if (request) request.transaction = kept;
      if (response) response.transaction = kept;
      const list = transactions.get(d.name);
      if (list) list.push(kept);
      else transactions.set(d.name, [kept]);
      d.observe(t, sink, state);
    },
  });

  const sink: SiteSink = {
    ...SILENT,
    alias: (_at, alias) => aliases.set(alias.flow, alias.ofFlow),
    flow: (_at, f: FlowSummary) => {
      flows.set(f.flow, { ...f, clientAddress: text(f.client).address, serverAddress: text(f.server).address });
    },
  } as SiteSink;
  const site = createSiteRuntime((table) => {
    endpoints = table;
    return sink;
  });
  const pipeline = new Pipeline({
    source: name,
    site: { ...site, duplicates },
    decoders: DECODERS.map(watched),
    onMessage: (decoder, message, c) => note(decoder.name, message, c),
  });
  let frames = 0;
  for await (const event of readCapture((await openCaptureFile(path)).chunks(), { name })) {
    if (event.kind === 'frames') {
      frames += event.count;
      repeats.batch(event);
    }
    pipeline.handle(event);
  }
  pipeline.finish();
  return {
    name,
    frames,
    all,
    of: (...names: readonly string[]) => {
      const lists = names.map((n) => byProtocol.get(n) ?? []);
      if (lists.length === 1) return lists[0] as never;
      return lists.flat().sort((a, b) => a.index - b.index) as never;
    },
    transactions: (protocol) => (transactions.get(protocol) ?? []) as never,
    flows: [...flows.values()],
    repeatOf: (frame) => repeats.of.get(frame) ?? 0,
    aliases,
    copies: duplicates.copies,
  };
};
