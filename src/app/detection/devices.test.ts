import { expect, it } from 'vitest';
import type { SiteModel } from '../../core/site-model.ts';
import { Devices } from './devices.ts';

const S = 1_000_000;
const DAY_S = 86_400;

/** A model that says only what is asked here: one asset for each of `endpoints`, at level 3. */
const modelOf = (endpoints: number[]) => ({
  get version() {
    return endpoints.length;
  },
  briefs: () =>
    endpoints.map((endpoint) => ({
      id: `a${endpoint}`,
      parent: undefined,
      role: 'server',
      level: 3,
      endpoints: [endpoint, endpoint + 100],
    })),
});

const settled = (endpoints: number[]): Devices => {
  const devices = new Devices(modelOf(endpoints) as unknown as SiteModel);
  for (let s = 1; s <= DAY_S; s += 10) devices.tick(s * S);
  return devices;
};

it('looks at a settled inventory every quarter of an hour, and soon after something was found', () => {
  const endpoints = [1];
  const devices = settled(endpoints);
  let nowS = DAY_S;
  /** Seconds until a device that appears now is known. */
  const knownIn = (isFound: boolean): number => {
    const endpoint = endpoints.length + 1;
    endpoints.push(endpoint);
    const fromS = nowS;
    if (isFound) devices.wanted();
    while (Number.isNaN(devices.level(endpoint))) devices.tick(++nowS * S);
    expect(devices.host(endpoint + 100)).toBe(endpoint);
    return nowS - fromS;
  };
  knownIn(false);
  expect(knownIn(false)).toBe(900);
  expect(knownIn(true)).toBeLessThan(12);
});

it('does not look again for each of many findings', () => {
  const endpoints = [1];
  const devices = settled(endpoints);
  let looks = 0;
  for (let s = DAY_S; s < DAY_S + 600; s++) {
    endpoints.push(s);
    devices.wanted();
    if (devices.tick(s * S)) looks++;
  }
  // Every ten seconds, less often as the inventory grows.
  expect(looks).toBeLessThan(600 / 10 + 1);
  expect(looks).toBeGreaterThan(20);
});

it('goes on with the tables that were saved, and makes them where there are none', () => {
  const devices = settled([1, 2]);
  const silent = { version: 2, briefs: () => expect.unreachable('the inventory is not looked at') };
  const again = new Devices(silent as unknown as SiteModel);
  again.load(devices.save(true));
  expect([again.level(102), again.host(102), again.role(2), again.assets(101)]).toEqual([3, 2, 'server', ['a1']]);
  expect(again.save(true)).toBe(devices.save(true));
  expect(() => new Devices(silent as unknown as SiteModel).load(devices.save(false))).toThrow('not looked at');
});
