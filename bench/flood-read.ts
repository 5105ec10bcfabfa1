/** A made flood through decoding, inventory and detection, without a store. */
import { createSiteDetection, NOTHING_STANDING } from '../src/app/detection/keep.ts';
import type { SiteDetection } from '../src/app/detection/site-detection.ts';
import { createSiteModel, readCapture } from '../src/app/parts.ts';
import { createSiteRuntime, Pipeline, type SiteRuntime } from '../src/app/pipeline.ts';
import type { SiteModel } from '../src/core/site-model.ts';
import { floodCapture } from './flood-capture.ts';

export interface Flooded {
  readonly runtime: SiteRuntime;
  readonly pipeline: Pipeline;
  readonly model: SiteModel;
  readonly detection: SiteDetection;
}

/** `onBatch` hears of each batch behind which it was read. */
export const readFlood = async (
  asked: Parameters<typeof floodCapture>[0],
  onBatch?: (so: Flooded) => void,
): Promise<Flooded> => {
  let model: SiteModel | undefined;
  let detection: SiteDetection | undefined;
  const runtime = createSiteRuntime((endpoints) => {
    model = createSiteModel({ endpoints });
    detection = createSiteDetection(model, endpoints, NOTHING_STANDING);
    return detection.sink;
  });
  const pipeline = new Pipeline({ source: 'flood', site: runtime });
  const so: Flooded = { runtime, pipeline, model: model!, detection: detection! };
  for await (const event of readCapture(floodCapture(asked), { name: 'flood' })) {
    pipeline.handle(event);
    onBatch?.(so);
  }
  pipeline.finish();
  so.detection.collect();
  return so;
};
