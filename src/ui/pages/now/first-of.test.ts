import { describe, expect, it } from 'vitest';
import type { AssetRow } from '../../../api/assets.ts';
import { firstOf } from './first-of.ts';

const row = (name: string, of: Partial<AssetRow>) => ({
  name,
  role: 'unknown' as const,
  kind: 'device' as const,
  level: null,
  model: '',
  firmware: '',
  serial: '',
  ips: [],
  ...of,
});

describe('firstOf', () => {
  it('names controllers first, and of these the ones that say most of themselves', () => {
    const rows = [
      row('stranger', {}),
      row('module that never answered', { role: 'plc', kind: 'silent-child', level: 1 }),
      row('mute plc', { role: 'plc', level: 1 }),
      row('hmi', { role: 'hmi', level: 2, model: 'TP700' }),
      row('plc', { role: 'plc', level: 1, model: 'CPU 315-2', firmware: 'V3.2.7' }),
    ];
    const wanted = ['plc', 'mute plc', 'hmi', 'stranger', 'module that never answered'];
    expect(firstOf(rows, 9).map((r) => r.name)).toEqual(wanted);
    expect(firstOf([...rows].reverse(), 3).map((r) => r.name)).toEqual(wanted.slice(0, 3));
  });
});
