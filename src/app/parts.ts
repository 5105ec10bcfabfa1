/** The parts that `app/` puts together, for those who measure or prove them one by one (bench). */
export { type CaptureFile, openCaptureFile } from '../capture/file.ts';
export { readCapture } from '../capture/reader.ts';
export { createSiteModel } from '../observe/index.ts';
export { openMemoryStore, openStore } from '../store/index.ts';
export { SETTINGS_NAME } from './detection/keep.ts';
export { LEARNER } from './detection/learner.ts';
export { ThreadFitter } from './detection/thread-fitter.ts';
export { PLANT_SITE } from './site-id.ts';
export { newSource } from './source-work.ts';
