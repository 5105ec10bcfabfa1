/** The script of the drawer that shows a frame: not in the first one, and fetched with the pages, before Gatehouse may be updated. */
export const loadEvidence = () => import('../parts/evidence.tsx');
