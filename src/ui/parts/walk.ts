/** Where the keyboard stands in a list that moves under it: at a line, not at a place, so that no key acts on what slid there. */

export interface Walked {
  /** Of the line. */
  readonly id: string;
  /** Where it was. */
  readonly at: number;
}

/** Its place now; -1 where it is gone, or nobody walked yet. */
export const placeOf = (count: number, idAt: (index: number) => string, walked: Walked | undefined): number => {
  if (walked === undefined) return -1;
  if (walked.at < count && idAt(walked.at) === walked.id) return walked.at;
  for (let i = 0; i < count; i++) if (idAt(i) === walked.id) return i;
  return -1;
};

/** The place `by` lines on, within the list: of a line that is gone, from what took its place. */
export const stepFrom = (count: number, place: number, walked: Walked | undefined, by: number): number => {
  const from = place >= 0 || walked === undefined ? place : by > 0 ? walked.at - 1 : walked.at;
  return Math.min(Math.max(from + by, 0), count - 1);
};
