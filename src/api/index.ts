/** The HTTP contract: types and validators. The console imports types from here, and values from `words.ts`, `paths.ts`, `filter.ts` only. */
export type { Static, TSchema } from 'typebox';
export * from './alerts.ts';
export * from './assets.ts';
export * from './common.ts';
export * from './detection.ts';
export * from './filter.ts';
export * from './names.ts';
export * from './overview.ts';
export * from './paths.ts';
export * from './process.ts';
export * from './routes.ts';
export * from './sites.ts';
export * from './traffic.ts';
export * from './words.ts';
