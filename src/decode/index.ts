/** Entry of the decode stage. */
export { Decoding, type DecodingOptions } from './decoding.ts';
export { DEPTHS } from './depth.ts';
export type { OnMessage } from './dispatch.ts';
export { DuplicateFilter } from './duplicates.ts';
export { EndpointTable } from './endpoints.ts';
export { DECODERS } from './list.ts';
export { Openings } from './openings.ts';
