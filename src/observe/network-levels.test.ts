import { expect, it } from 'vitest';
import type { Role } from '../core/site.ts';
import { levelsByNetwork } from './network-levels.ts';

const site = (
  ...devices: readonly (readonly [name: string, networks: string, role: Role, level?: number, said?: boolean])[]
) => {
  const at = devices.flatMap(([, networks]) => networks.split(','));
  let next = 0;
  const assets = devices.map(([id, networks, role, level = Number.NaN, said = false]) => ({
    id,
    parent: undefined,
    role,
    level,
    isLevelSaid: said,
    endpoints: networks.split(',').map(() => ++next),
  }));
  const levels = levelsByNetwork(assets, (endpoint) => at[endpoint - 1]!);
  return Object.fromEntries([...levels].map(([id, { value }]) => [id, value]));
};
const CONTROL = [1, 2, 3].map((n) => [`plc${n}`, 'control', 'plc', 1] as const);
const OFFICE = [1, 2, 3].map((n) => [`pc${n}`, 'office', 'workstation', 4] as const);

it('what stands among controllers and tells nothing of itself is of the plant, in the office it is not', () => {
  const strangers = ['control', 'office'].flatMap((network) => [
    [`box in ${network}`, network, 'unknown'] as const,
    [`computer in ${network}`, network, 'workstation', 4] as const,
  ]);
  expect(site(...CONTROL, ...OFFICE, ...strangers)).toEqual({ 'box in control': 2, 'computer in control': 2 });
});

it('among servers of the plant it is of their level', () => {
  const servers = [1, 2, 3].map((n) => [`h${n}`, 'operations', 'historian', 3] as const);
  expect(site(...servers, ['backup', 'operations', 'server'])).toEqual({ backup: 3 });
});

it('says nothing where the network says too little: few controllers, more of the office, a foot in each, what connects them', () => {
  expect(site(...CONTROL.slice(0, 2), ['box', 'control', 'unknown'])).toEqual({});
  const flat = [1, 2, 3, 4].map((n) => [`flat${n}`, 'control', 'workstation', 4] as const);
  expect(site(...CONTROL, ...flat, ['box', 'control', 'unknown'])).toEqual({});
  expect(site(...CONTROL, ...OFFICE, ['both', 'control,office', 'workstation', 4])).toEqual({});
  expect(site(...CONTROL, ['switch', 'control', 'switch'], ['said', 'control', 'workstation', 3.5])).toEqual({});
  expect(site(...CONTROL, ['nowhere', '', 'unknown'])).toEqual({});
});

it('a view past a router is no network of its own, however many workstations are asked from there', () => {
  const pcs = [1, 2, 3].map((n) => [`line${n}`, '10 10.20.10.0/24,40 10.20.10.0/24', 'workstation', 4] as const);
  const plcs = [1, 2, 3, 4].map((n) => [`plc${n}`, '10 10.20.10.0/24', 'plc', 1] as const);
  expect(site(...plcs, ...pcs)).toEqual({ line1: 2, line2: 2, line3: 2 });
});

it('leaves a level alone that a person said', () => {
  expect(
    site(...CONTROL, ['kiosk', 'control', 'workstation', 4, true], ['panel', 'control', 'workstation', 4]),
  ).toEqual({ panel: 2 });
});
