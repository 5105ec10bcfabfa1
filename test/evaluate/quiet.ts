/**
 * Is it quiet where nothing was staged? Real captures, most of them of plants at work: the first part of each is learned, the
 * rest judged, and every alert told as a person would read it. Nothing is scored: whether an engineer would thank for an
 * alert is for people to say; the number of them is what must not grow.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSiteDetection, NOTHING_STANDING } from '../../src/app/detection/keep.ts';
import type { SiteDetection } from '../../src/app/detection/site-detection.ts';
import { createSiteRuntime, Pipeline } from '../../src/app/pipeline.ts';
import { protocolTitle } from '../../src/app/query/protocol-title.ts';
import { openCaptureFile } from '../../src/capture/file.ts';
import { readCapture } from '../../src/capture/reader.ts';
import type { EndpointView } from '../../src/core/endpoint.ts';
import type { CaptureEvent } from '../../src/core/frame.ts';
import type { SiteModel } from '../../src/core/site-model.ts';
import { fill, type Naming, tell } from '../../src/decide/index.ts';
import { KINDS } from '../../src/detect/index.ts';
import { createSiteModel } from '../../src/observe/index.ts';

/** Part of the time of a capture that is learned. */
export const LEARNED_PART = 0.6;
const HOUR_US = 3_600_000_000;

export interface QuietAlert {
  readonly kind: string;
  readonly priority: string;
  /** It needs learning, or is a rule that holds from the first frame. */
  readonly rule: boolean;
  readonly findings: number;
  readonly title: string;
  readonly what: string;
  readonly comparedWith: string;
}
export interface QuietCase {
  readonly capture: string;
  readonly frames: number;
  readonly hours: number;
  readonly alerts: readonly QuietAlert[];
  readonly incidents: number;
}

/** Names for a person who has no inventory at hand: the address. */
export const plainNaming = (endpoints: EndpointView, model: SiteModel): Naming => ({
  endpoint: (id) => {
    const e = endpoints.get(id);
    const own = e.ip ?? e.mac ?? '';
    return e.parent === undefined
      ? own
      : `${endpoints.get(e.parent).ip ?? endpoints.get(e.parent).mac} ${e.sub?.kind} ${e.sub?.address}`;
  },
  point: (id) => model.point(id)?.path ?? `point ${id}`,
  protocol: protocolTitle,
  time: (us) => new Date(us / 1000).toISOString().slice(0, 19),
});

const framesOf = async (path: string): Promise<CaptureEvent[]> => {
  const events: CaptureEvent[] = [];
  for await (const e of readCapture((await openCaptureFile(path)).chunks(), { name: path }))
    events.push(e.kind === 'frames' ? structuredClone(e) : e);
  return events;
};

/** Runs one capture; undefined where it lasts no time at all. */
export const quietCase = async (path: string, name: string): Promise<QuietCase | undefined> => {
  const events = await framesOf(path);
  let firstUs = Number.POSITIVE_INFINITY;
  let lastUs = 0;
  let frames = 0;
  for (const e of events) {
    if (e.kind !== 'frames') continue;
    frames += e.count;
    for (let i = 0; i < e.count; i++) {
      firstUs = Math.min(firstUs, e.tsUs[i]!);
      lastUs = Math.max(lastUs, e.tsUs[i]!);
    }
  }
  const lengthUs = lastUs - firstUs;
  if (!(lengthUs > 0)) return undefined;
  let model: SiteModel | undefined;
  let detection: SiteDetection | undefined;
  const runtime = createSiteRuntime((endpoints) => {
    model = createSiteModel({ endpoints });
    const learningHours = (LEARNED_PART * lengthUs) / HOUR_US;
    detection = createSiteDetection(model, endpoints, {
      ...NOTHING_STANDING,
      settings: { ...NOTHING_STANDING.settings, learningHours },
    });
    return detection.sink;
  });
  const pipeline = new Pipeline({ source: name, site: runtime });
  for (const e of events) pipeline.handle(e);
  pipeline.finish();
  detection!.collect();
  const picture = detection!.triage.picture();
  const naming = plainNaming(runtime.endpoints, model!);
  return {
    capture: name,
    frames,
    hours: lengthUs / HOUR_US,
    incidents: picture.incidents.length,
    alerts: picture.alerts.map((a): QuietAlert => {
      const kind = KINDS.get(a.lead.kind)!;
      const told = tell(kind, a.lead, naming);
      return {
        kind: kind.code,
        priority: a.priority,
        rule: !kind.needsLearning,
        findings: a.findings.length,
        title: fill(kind.title, a.lead, naming),
        what: told.what,
        comparedWith: told.comparedWith,
      };
    }),
  };
};

/** Captures below `folder` (`<protocol>/<name>/capture.pcap|pcapng`) whose name has `text` in it, in order of name. */
export const capturesBelow = (folder: string, text = ''): { readonly name: string; readonly path: string }[] => {
  const out: { name: string; path: string }[] = [];
  for (const protocol of readdirSync(folder, { withFileTypes: true }).filter((d) => d.isDirectory()))
    for (const name of readdirSync(join(folder, protocol.name)).sort())
      for (const file of ['capture.pcap', 'capture.pcapng']) {
        const path = join(folder, protocol.name, name, file);
        const full = `${protocol.name}/${name}`;
        if (existsSync(path) && full.includes(text)) out.push({ name: full, path });
      }
  return out;
};
