/** What is said of a file of a folder whose reading was interrupted. */

/** Until it is read on. */
export const GOES_ON =
  'Reading was interrupted; what was read before is kept. The rest is read when the folder is opened again.';
export const BEGUN_ANEW =
  'Reading was interrupted, and the recorder began the file anew since; what was read before is kept, the rest is gone.';
