/** Protocols that keep industrial networks alive when a link breaks: MRP and DLR rings, PRP and HSR. */
export { dlr } from './dlr.ts';
export { mrp } from './mrp.ts';
export { supervision } from './supervision.ts';
