/** Reads a capture file through the whole pipeline into a site model: what tests of meaning start from. */
import { createSiteRuntime, Pipeline } from '../src/app/pipeline.ts';
import { openCaptureFile } from '../src/capture/file.ts';
import { readCapture } from '../src/capture/reader.ts';
import type { SourceHealth } from '../src/core/site.ts';
import type { SiteModel } from '../src/core/site-model.ts';
import { createSiteModel } from '../src/observe/index.ts';

export const readSite = async (path: string): Promise<{ model: SiteModel; health: SourceHealth }> => {
  let model: SiteModel | undefined;
  const site = createSiteRuntime((endpoints) => {
    model = createSiteModel({ endpoints });
    return model;
  });
  const pipeline = new Pipeline({ source: 'capture', site });
  const file = await openCaptureFile(path);
  for await (const event of readCapture(file.chunks())) pipeline.handle(event);
  pipeline.finish();
  return { model: model!, health: pipeline.health() };
};
