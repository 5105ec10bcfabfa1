import { expect, it } from 'vitest';
import type { MaintenanceWindow } from '../core/incident.ts';
import { MAX_WINDOWS, roomFor } from './windows.ts';

const window = (id: number, change: Partial<MaintenanceWindow> = {}): MaintenanceWindow => ({
  ...{ id: `w${id}`, text: '', assets: [], cells: [], vendor: '', workOrder: '', cancelled: false, userId: 'u1' },
  ...{ fromUs: id, toUs: id + 10, createdUs: id },
  ...change,
});
const full = Array.from({ length: MAX_WINDOWS }, (_, i) => window(i));
const leaving = (windows: readonly MaintenanceWindow[], labels: readonly string[], nowUs: number) => {
  const left = roomFor(windows, new Set(labels), nowUs);
  return left === undefined ? 'none' : windows.filter((w) => !left.includes(w)).map((w) => w.id);
};

it('a plant that announces work for years never runs out of windows: what ended first leaves, least of all what labels a finding', () => {
  expect(leaving(full.slice(1), [], 1e9)).toEqual([]);
  expect(leaving(full, [], 1e9)).toEqual(['w0']);
  expect(leaving([...full].reverse(), [], 1e9)).toEqual(['w0']);
  expect(leaving(full, ['w0', 'w1'], 1e9)).toEqual(['w2']);
  expect(
    leaving(
      full,
      full.map((w) => w.id),
      1e9,
    ),
  ).toEqual(['w0']);
});

it('work that is not over stays; what was cancelled does not', () => {
  expect(leaving(full, [], 0)).toBe('none');
  expect(leaving([...full.slice(1), window(9999, { cancelled: true })], [], 0)).toEqual(['w9999']);
});
