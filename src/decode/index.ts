/** Entry of the decode stage. */
export { PacketCursor } from './cursor.ts';
export { Decoding, type DecodingOptions } from './decoding.ts';
export { DEPTHS } from './depth.ts';
export type { OnMessage } from './dispatch.ts';
export { DuplicateFilter } from './duplicates.ts';
export { EndpointTable } from './endpoints.ts';
export { LINK_OK, parseLink } from './link.ts';
export { DECODERS } from './list.ts';
export { Openings } from './openings.ts';
export { keepsOrder, PairScope, Pending } from './pairing.ts';
