import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OperatingError } from '../core/errors.ts';
import { type Machine, runDoctor, thisMachine } from './doctor.ts';
import type { LookResult } from './doctor-look.ts';

const GOOD_LOOK: LookResult = { seconds: 5, frames: 900, pairs: 4, pairsBothWays: 4, ownFrames: 0, dropped: 0 };
const GIB = 1024 ** 3;

/** A machine on which all is well. */
const machine = (more: Partial<Machine> = {}, look: Partial<LookResult> = {}): Machine => ({
  platform: 'linux',
  nodeVersion: '20.19.0',
  run: async (file) => (file === 'timedatectl' ? 'Timezone=UTC\nNTPSynchronized=yes\n' : `${file} version 1`),
  addresses: () => new Map([['eth0', ['10.0.0.1']]]),
  read: async (path) =>
    ({ flags: '0x1003\n', carrier: '1\n', address: '02:00:00:00:00:09\n' })[path.split('/').at(-1) ?? ''],
  list: async () => ['lo', 'eth0', 'eth1'],
  freeBytes: async () => 100 * GIB,
  mayWrite: async () => true,
  look: async () => ({ ...GOOD_LOOK, ...look }),
  ...more,
});
const states = async (m: Machine, name: string | undefined = 'eth1') => {
  const checks = await runDoctor({ ...(name === undefined ? {} : { interface: name }), dataFolder: '/data' }, m);
  for (const c of checks) if (c.state === 'fail' || c.state === 'warn') expect(c.whatToDo).toMatch(/\.$|\.\)$|\)\.$/);
  return Object.fromEntries(checks.map((c) => [c.name, c.state]));
};
const ALL_OK = Object.fromEntries(
  'node tools interface silent up rights traffic directions drops own-frames clock disk'
    .split(' ')
    .map((n) => [n, 'ok']),
);

describe('doctor', () => {
  it('finds nothing on a good machine', async () => {
    expect(await states(machine())).toEqual(ALL_OK);
  });

  for (const [name, m, changed] of [
    ['an old Node', machine({ nodeVersion: '20.18.3' }), { node: 'fail' }],
    ['a newer Node', machine({ nodeVersion: '24.0.0' }), {}],
    ['an address on the interface', machine({ addresses: () => new Map([['eth1', ['fe80::1']]]) }), { silent: 'fail' }],
    ['frames of its own', machine({}, { ownFrames: 1 }), { 'own-frames': 'fail' }],
    ['one direction only', machine({}, { pairsBothWays: 0 }), { directions: 'fail' }],
    ['group addresses only', machine({}, { pairs: 0, pairsBothWays: 0 }), { directions: 'unknown' }],
    ['drops', machine({}, { dropped: 7 }), { drops: 'warn' }],
    ['a tool that does not tell drops', machine({}, { dropped: undefined }), { drops: 'unknown' }],
    [
      'a clock that drifts',
      machine({ run: async (f) => (f === 'timedatectl' ? 'NTPSynchronized=no' : 'v1') }),
      { clock: 'warn' },
    ],
    ['no timedatectl', machine({ run: async (f) => (f === 'timedatectl' ? undefined : 'v1') }), { clock: 'unknown' }],
    ['little space', machine({ freeBytes: async () => 3 * GIB }), { disk: 'warn' }],
    ['a folder of somebody else', machine({ mayWrite: async () => false }), { disk: 'fail' }],
    ['no space', machine({ freeBytes: async () => 0 }), { disk: 'fail' }],
    ['a folder that is not there', machine({ freeBytes: () => Promise.reject(new Error('x')) }), { disk: 'unknown' }],
  ] as const)
    it(`sees ${name}`, async () => {
      expect(await states(m)).toEqual({ ...ALL_OK, ...changed });
    });

  it('leaves out what an earlier failure makes pointless', async () => {
    expect(await states(machine(), 'eth7')).toEqual({
      node: 'ok',
      tools: 'ok',
      interface: 'fail',
      clock: 'ok',
      disk: 'ok',
    });
    expect(await states(machine(), '../../etc')).toMatchObject({ interface: 'fail' });
    expect(await states(machine({ run: async () => undefined }))).toMatchObject({ tools: 'fail', clock: 'unknown' });
    const quiet = await states(machine({}, { frames: 0 }));
    expect(quiet).toMatchObject({ rights: 'ok', traffic: 'warn' });
    expect(quiet).not.toHaveProperty('directions');
    const down = await states(machine({ read: async (path) => (path.endsWith('flags') ? '0x1002' : undefined) }));
    expect(down).toMatchObject({ up: 'fail' });
    expect(down).not.toHaveProperty('rights');
    const cable = await states(machine({ read: async (path) => (path.endsWith('flags') ? '0x1003' : '0') }));
    expect(cable).toMatchObject({ up: 'fail' });
    const none = await runDoctor({ dataFolder: '/data' }, machine());
    expect(none.map((c) => `${c.name} ${c.state}`)).toEqual([
      'node ok',
      'tools ok',
      'interface unknown',
      'clock ok',
      'disk ok',
    ]);
  });

  it('looks at each of several interfaces, and at their traffic together', async () => {
    const looked: unknown[] = [];
    const two = machine({
      list: async () => ['lo', 'eth1', 'eth2'],
      addresses: () => new Map([['eth2', ['10.0.0.7']]]),
      read: async (path) =>
        path.endsWith('address')
          ? `02:00:00:00:00:0${path.includes('eth1') ? 1 : 2}\n`
          : path.endsWith('flags')
            ? '0x1003\n'
            : '1\n',
      look: async (...args) => {
        looked.push(args);
        return { ...GOOD_LOOK, ownFrames: 3 };
      },
    });
    const checks = await runDoctor({ interface: 'eth1, eth2', dataFolder: '/data' }, two);
    expect(checks.filter(({ name }) => name === 'silent').map(({ state, text }) => `${state} ${text}`)).toEqual([
      'ok eth1 has no address: nothing can be sent from it by accident.',
      'fail eth2 has the address 10.0.0.7. An interface that watches must be silent.',
    ]);
    expect(looked).toEqual([['eth1,eth2', ['02:00:00:00:00:01', '02:00:00:00:00:02']]]);
    expect(checks.find(({ name }) => name === 'own-frames')).toMatchObject({ state: 'fail' });
    const one = await runDoctor({ interface: 'eth1,eth7', dataFolder: '/data' }, two);
    expect(one.find(({ name, state }) => name === 'interface' && state === 'fail')?.text).toContain('eth7');
    expect(looked).toHaveLength(1);
  });

  it('says that rights are missing, as the tool did', async () => {
    const look = () => Promise.reject(new OperatingError('capture.no-rights', { interface: 'eth1', tool: 'tcpdump' }));
    const checks = await runDoctor({ interface: 'eth1', dataFolder: '/data' }, machine({ look }));
    expect(checks.find((c) => c.name === 'rights')).toMatchObject({
      state: 'fail',
      text: 'This user may not capture on eth1.',
    });
  });
});

it('looks at the disk of a data folder that is not there yet', async () => {
  const folder = join(tmpdir(), 'not', 'there', 'yet');
  expect(await thisMachine.freeBytes(folder)).toBeGreaterThan(0);
  expect(await thisMachine.mayWrite(folder)).toBe(true);
  // A file is no folder, for whoever asks.
  expect(await thisMachine.mayWrite(join(process.execPath, 'data'))).toBe(false);
});
