/**
 * Runs a whole capture through the product's own pipeline into a sink that records: what a decoder says about real
 * traffic, with the dispatcher, reassembly and pairing of the product.
 */
import { Pipeline } from '../src/app/pipeline.ts';
import { openCaptureFile } from '../src/capture/file.ts';
import { readCapture } from '../src/capture/reader.ts';
import type { Message } from '../src/core/decoder.ts';
import type { EndpointId } from '../src/core/endpoint.ts';
import type { At, Command, Identity, Name, RackModule, Session, ValueItem, Weird } from '../src/core/observation.ts';
import { DuplicateFilter, EndpointTable } from '../src/decode/index.ts';

/** An observation with the frame that completed it and its addresses as text (`192.168.1.1` or `192.168.1.1 1/0`). */
export type Seen<T> = T & {
  readonly frame: number;
  readonly who: string;
  readonly client: string;
  readonly server: string;
};

export interface Run {
  readonly endpoints: EndpointTable;
  /** `ip` of an endpoint, with its sub-address. */
  readonly textOf: (id: EndpointId) => string;
  readonly messages: { readonly decoder: string; readonly frame: number; readonly message: Message }[];
  readonly commands: Seen<Command>[];
  readonly items: Seen<ValueItem>[];
  readonly blocks: Seen<{ area: string; start: number; values: number[]; access: string }>[];
  readonly identities: Seen<Identity>[];
  readonly modules: Seen<RackModule>[];
  readonly names: Seen<Name>[];
  readonly sessions: Seen<Session>[];
  readonly weirds: Seen<Weird>[];
}

/** `protocols`: observations of these decoders only. */
export const runCapture = async (path: string, protocols: readonly string[]): Promise<Run> => {
  const endpoints = new EndpointTable();
  const textOf = (id: EndpointId): string => {
    if (id <= 0) return '';
    const e = endpoints.get(id);
    return e.sub ? `${textOf(e.parent ?? 0)} ${e.sub.address}` : (e.ip ?? e.mac ?? '?');
  };
  const run: Run = {
    endpoints,
    textOf,
    messages: [],
    commands: [],
    items: [],
    blocks: [],
    identities: [],
    modules: [],
    names: [],
    sessions: [],
    weirds: [],
  };
  const add = <T>(list: Seen<T>[], at: At, who: EndpointId, x: T) => {
    if (!protocols.includes(at.protocol)) return;
    list.push({ ...x, frame: at.frame, who: textOf(who), client: textOf(at.client), server: textOf(at.server) });
  };
  const pipeline = new Pipeline({
    source: 'test',
    site: {
      endpoints,
      duplicates: new DuplicateFilter(),
      sink: {
        command: (at, x) => add(run.commands, at, x.target, x),
        value: (at, x) => add(run.items, at, x.target, x),
        values: (at, x) =>
          add(run.blocks, at, x.target, {
            area: x.area,
            start: x.start,
            values: Array.from(x.values).slice(0, x.count),
            access: x.access,
          }),
        identity: (at, x) => add(run.identities, at, x.endpoint, x),
        module: (at, x) => add(run.modules, at, x.endpoint, x),
        name: (at, x) => add(run.names, at, x.endpoint, x),
        session: (at, x) => add(run.sessions, at, at.server, x),
        weird: (at, x) => add(run.weirds, at, at.server, x),
        flow: () => undefined,
        tick: () => undefined,
        alias: () => undefined,
      },
    },
    onMessage: (decoder, message, context) => {
      if (protocols.includes(decoder.name)) run.messages.push({ decoder: decoder.name, frame: context.frame, message });
    },
  });
  const file = await openCaptureFile(path);
  for await (const event of readCapture(file.chunks(), { name: path })) pipeline.handle(event);
  pipeline.finish();
  return run;
};
