/** The lists that one pass over captures can hand out; apart from the pass, so that the command line can name them without loading it. */
export const INSPECT_LISTS = ['assets', 'flows', 'messages', 'observations', 'findings'] as const;
export type InspectList = (typeof INSPECT_LISTS)[number];
