/** The devices that are named first: those that run the process, and of these the ones that say most of themselves. */
import type { AssetRow } from '../../../api/assets.ts';

type Known = Pick<AssetRow, 'role' | 'kind' | 'level' | 'model' | 'firmware' | 'serial' | 'name' | 'ips'>;
const CONTROLLERS: readonly AssetRow['role'][] = ['plc', 'safety-controller', 'building-controller'];

const rankOf = (a: Known): number =>
  (a.kind === 'silent-child' ? -50 : 0) +
  (CONTROLLERS.includes(a.role) ? 20 : a.level !== null && a.level <= 2 ? 10 : a.role === 'unknown' ? 0 : 5) +
  (a.firmware === '' ? 0 : 6) +
  (a.model === '' ? 0 : 4) +
  (a.serial === '' ? 0 : 2) +
  (a.ips.includes(a.name) ? 0 : 1);

/** At most `most`, in an order that does not change with the order they come in, except among equals. */
export const firstOf = <A extends Known>(rows: readonly A[], most: number): A[] =>
  [...rows].sort((a, b) => rankOf(b) - rankOf(a)).slice(0, most);
