/** Reports of IEC 61850: which of the values is what. Source: IEC 61850-8-1 section 17.2 (OptFlds, order of the values). */
import type { AccessResult } from './message.ts';

export interface Report {
  readonly reportId: string;
  readonly dataSet: string;
  /** -1 where not sent. */
  readonly sequence: number;
  readonly isOverflowed: boolean;
  readonly confRev: number;
  /** Members of the data set that are included, by index. */
  readonly included: readonly number[];
  /** Data references of the included members; empty where not sent. */
  readonly references: readonly string[];
  readonly values: readonly AccessResult[];
}

/** Positions in OptFlds. */
const OPTION = {
  SEQUENCE: 1,
  TIME: 2,
  REASON: 3,
  DATA_SET: 4,
  REFERENCE: 5,
  OVERFLOW: 6,
  ENTRY: 7,
  REVISION: 8,
  SEGMENTATION: 9,
} as const;

/** The results of an informationReport through the list `RPT`; undefined when they do not follow the order. */
export const readReport = (results: readonly AccessResult[]): Report | undefined => {
  const options = results[1]?.data;
  if (results[0]?.data?.type !== 'visible-string' || options?.type !== 'bit-string') return undefined;
  const bits = String(options.value);
  const on = (n: number): boolean => bits[n] === '1';
  let at = 2;
  const take = () => results[at++]?.data;
  const sequence = on(OPTION.SEQUENCE) ? Number(take()?.value ?? -1) : -1;
  if (on(OPTION.TIME)) take();
  const dataSet = on(OPTION.DATA_SET) ? String(take()?.value ?? '') : '';
  const isOverflowed = on(OPTION.OVERFLOW) && take()?.value === true;
  if (on(OPTION.ENTRY)) take();
  const confRev = on(OPTION.REVISION) ? Number(take()?.value ?? -1) : -1;
  if (on(OPTION.SEGMENTATION)) at += 2;
  const inclusion = take();
  if (inclusion?.type !== 'bit-string') return undefined;
  const included: number[] = [];
  const map = String(inclusion.value);
  for (let i = 0; i < map.length; i++) if (map[i] === '1') included.push(i);
  const references: string[] = [];
  if (on(OPTION.REFERENCE)) for (let i = 0; i < included.length; i++) references.push(String(take()?.value ?? ''));
  return {
    reportId: String(results[0].data.value),
    dataSet,
    sequence,
    isOverflowed,
    confRev,
    included,
    references,
    values: results.slice(at, at + included.length),
  };
};
