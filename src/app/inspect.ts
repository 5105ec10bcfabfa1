/**
 * One pass over captures without store and server: for `gatehouse inspect`. Rows are handed out as they come, flat enough
 * for a table and complete enough for a program; at the end the picture answers as the console would.
 */
import { createReadStream } from 'node:fs';
import type { AssetRow, Now } from '../api/index.ts';
import { inputError, openCaptureFile } from '../capture/file.ts';
import { readCapture } from '../capture/reader.ts';
import type { At } from '../core/observation.ts';
import type { Source } from '../core/site.ts';
import type { SiteModel, SiteSink } from '../core/site-model.ts';
import { createSiteModel } from '../observe/index.ts';
import { createSiteDetection, NOTHING_STANDING } from './detection/keep.ts';
import type { SiteDetection } from './detection/site-detection.ts';
import type { InspectList } from './inspect-lists.ts';
import { createSiteRuntime, Pipeline, type SiteRuntime } from './pipeline.ts';
import { assets } from './query/assets.ts';
import { findingDetail } from './query/findings.ts';
import { now } from './query/overview.ts';
import { sourceVerdicts } from './query/sources.ts';
import { addressText, createCache, type SiteView, timeText } from './query/view.ts';
import { shownOctets } from './shown-octets.ts';

export type InspectRow = Readonly<Record<string, unknown>>;

export interface Inspection {
  readonly sources: readonly Source[];
  readonly verdicts: ReturnType<typeof sourceVerdicts>;
  readonly now: Now;
  readonly assets: readonly AssetRow[];
  readonly model: SiteModel;
  readonly name: (endpoint: number) => string;
}

/** Assets that a summary holds at most; the count is of all. */
const MAX_ASSETS = 1_000_000;

const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (_key, member: unknown) => {
      if (typeof member === 'bigint') return member.toString();
      if (member instanceof Uint8Array) return shownOctets(member);
      return member;
    }),
  );

async function* standardInput(): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream('', { fd: 0 }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw inputError('standard input', error);
  }
}

/** Hands every observation on to the model and, as a row, to `emit`. */
const tapped = (
  model: SiteDetection['sink'],
  list: InspectList | undefined,
  address: (endpoint: number) => string,
  source: () => string,
  emit: (row: InspectRow) => void,
): SiteRuntime['sink'] => {
  if (list !== 'observations' && list !== 'flows') return model;
  const row = (kind: string, at: At, body: object): void =>
    emit({
      kind,
      source: source(),
      frame: at.frame,
      time: timeText(Math.max(0, at.tsUs)),
      protocol: at.protocol,
      ...(plain(body) as object),
      client: address(at.client),
      server: address(at.server),
    });
  const flow = (at: At, body: Parameters<SiteSink['flow']>[1]): void => {
    model.flow(at, body);
    if (list === 'observations') row('flow', at, body);
    else if (body.final) {
      const { client, server, firstUs, lastUs, ...rest } = body;
      emit({
        source: source(),
        client: address(client),
        server: address(server),
        first: timeText(Math.max(0, firstUs)),
        last: timeText(Math.max(0, lastUs)),
        ...rest,
      });
    }
  };
  if (list === 'flows') return { ...model, flow };
  const taps: Partial<SiteSink> = {
    flow,
    command: (at, body) => {
      model.command(at, body);
      row('command', at, { ...body, target: address(body.target) });
    },
    values: (at, body) => {
      model.values(at, body);
      row('values', at, {
        ...body,
        target: address(body.target),
        values: Array.from(body.values).slice(0, body.count),
      });
    },
    value: (at, body) => {
      model.value(at, body);
      row('value', at, { ...body, target: address(body.target) });
    },
    identity: (at, body) => {
      model.identity(at, body);
      row('identity', at, { ...body, endpoint: address(body.endpoint) });
    },
    module: (at, body) => {
      model.module(at, body);
      row('module', at, { ...body, endpoint: address(body.endpoint) });
    },
    name: (at, body) => {
      model.name(at, body);
      row('name', at, { ...body, what: body.kind, kind: 'name', endpoint: address(body.endpoint) });
    },
    session: (at, body) => {
      model.session(at, body);
      row('session', at, body);
    },
    weird: (at, body) => {
      model.weird(at, body);
      row('weird', at, body);
    },
  };
  return { ...model, ...taps };
};

/** Reads the captures one after another into one picture. `emit` gets the rows of `list` in order. */
export const inspectCaptures = async (
  paths: readonly string[],
  list: InspectList | undefined,
  emit: (row: InspectRow) => void | Promise<void>,
  drained: () => Promise<void>,
): Promise<Inspection> => {
  let model: SiteModel | undefined;
  let detection: SiteDetection | undefined;
  let runtime: SiteRuntime | undefined;
  /** The capture that is being read. */
  let path = '';
  const view = (sources: readonly Source[], nowUs: number): SiteView => ({
    id: 'inspect',
    zone: 'UTC',
    model: model!,
    detection: detection!,
    endpoints: runtime!.endpoints,
    sources: () => sources,
    troubles: [],
    playsHistory: false,
    nowUs,
    units: new Map(),
    version: () => 1,
    cache: createCache(),
  });
  const address = (endpoint: number): string => addressText(view([], 0), endpoint);
  runtime = createSiteRuntime((endpoints) => {
    model = createSiteModel({ endpoints });
    detection = createSiteDetection(model, endpoints, NOTHING_STANDING);
    return tapped(detection.sink, list, address, () => path, emit);
  });
  const sources: Source[] = [];
  for (path of paths) {
    const pipeline = new Pipeline({
      source: path,
      site: runtime,
      ...(list === 'messages' && {
        onMessage: (decoder, message, context) => {
          const { type, ...fields } = message;
          void emit({
            source: path,
            frame: context.frame,
            time: timeText(Math.max(0, context.tsUs)),
            protocol: decoder.name,
            type,
            from: address(context.sender),
            to: address(context.receiver),
            message: plain(fields),
          });
        },
      }),
    });
    const chunks = path === '-' ? standardInput() : (await openCaptureFile(path)).chunks();
    for await (const event of readCapture(chunks, { name: path === '-' ? 'standard input' : path })) {
      pipeline.handleAll(event);
      await drained();
    }
    pipeline.finish();
    sources.push({
      id: path,
      site: 'inspect',
      kind: path === '-' ? 'stream' : 'file',
      name: path,
      path,
      sha256: '',
      state: 'complete',
      error: '',
      progress: 1,
      startedUs: 0,
      endedUs: 0,
      warnings: pipeline.warnings,
      health: pipeline.health(),
    });
  }
  detection?.collect();
  const last = Math.max(0, ...sources.map((source) => source.health.lastUs));
  const final = view(sources, last);
  const all: AssetRow[] = [];
  let cursor: string | undefined;
  do {
    const page = assets(final, { sort: 'name', limit: MAX_ASSETS, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  if (list === 'assets') for (const asset of all) await emit(asset);
  if (list === 'findings') {
    const found = [...detection!.triage.findings()].sort((a, b) => a.firstUs - b.firstUs || (a.id < b.id ? -1 : 1));
    for (const finding of found) await emit(findingDetail(final, finding, finding.proof));
  }
  return {
    sources,
    verdicts: sources.flatMap(sourceVerdicts),
    now: now(final),
    assets: all,
    model: model!,
    name: address,
  };
};
