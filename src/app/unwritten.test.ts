import { describe, expect, it } from 'vitest';
import { OperatingError } from '../core/errors.ts';
import { type Batch, openMemoryStore } from '../store/index.ts';
import { LiveSite } from './live-site.ts';
import { MAX_TRIES, Unwritten } from './unwritten.ts';

const T0 = 1_772_366_400_000_000;
const traffic = { framesSent: 1, bytesSent: 60, framesReceived: 0, bytesReceived: 0, minTtl: 64, maxTtl: 64 };

it('rows of a save that the store refused are in the store after the next one, though nothing changed again', async () => {
  const store = await openMemoryStore({ nowUs: () => T0 });
  const site = new LiveSite(store, { site_id: 's', name: 's', kind: 'live', zone: 'UTC', created_us: T0 });
  const { runtime, model } = await site.load();
  runtime.endpoints.restore({
    ...{ id: 1, segment: 0, vlan: 0, innerVlan: 0, spoke: true, mac: '00:0e:8c:00:00:01', ip: '10.0.0.1' },
    traffic: { ...traffic, firstUs: T0, lastUs: T0 },
  });
  const at = { frame: 1, requestFrame: 1, firstFrame: 1, tsUs: T0, requestTsUs: T0, flow: 1 };
  model.setSource({ id: 'x', offsetOf: () => -1 });
  model.identity(
    { ...at, client: 1, server: 1, sender: 1, receiver: 1, protocol: 's7comm' },
    { endpoint: 1, attribute: 'firmware', value: 'V2.8.1', confidence: 0.9, via: 'SZL' },
  );
  const { writer } = store;
  const submit = writer.submit.bind(writer);
  const facts = () => store.db.selectFrom('fact').select('value').where('site_id', '=', 's').execute();

  writer.submit = () => Promise.reject(new Error('refused'));
  await expect(site.save(T0)).rejects.toThrow('refused');
  writer.submit = submit;
  expect(await facts()).toEqual([]);
  await site.save(T0);
  expect((await facts()).map(({ value }) => value)).toContain('V2.8.1');
  await store.close();
});

it('what a site gave up is told where it is looked at', async () => {
  const store = await openMemoryStore({ nowUs: () => T0 });
  const site = new LiveSite(store, { site_id: 's', name: 's', kind: 'live', zone: 'UTC', created_us: T0 });
  await site.load();
  const { writer } = store;
  const submit = writer.submit.bind(writer);
  // The row of the site itself cannot be written; whatever else goes with it can.
  writer.submit = (batch, options) =>
    (batch.put?.site ?? []).length > 0 ? Promise.reject(new Error('refused')) : submit(batch, options);
  for (let tried = 0; site.troubles.size === 0 && tried < 3 * MAX_TRIES; tried++)
    await expect(site.save(T0)).rejects.toThrow('refused');
  expect([...site.troubles.values()]).toEqual([
    expect.objectContaining({ code: 'not-stored', detail: expect.stringMatching(/^1 row was refused/) }),
  ]);
  await store.close();
});

describe('Unwritten', () => {
  const batch = (name: string): Batch => ({ put: { setting: [{ site_id: '', name, value: '' }] } });
  const nameOf = (b: Batch) => b.put?.setting?.[0]?.name ?? '';

  it('hands refused batches over again in their order, and stops at the first that is refused again', async () => {
    const unwritten = new Unwritten();
    const refuse = () => Promise.reject(new Error('refused'));
    await expect(unwritten.write(batch('a'), refuse)).rejects.toThrow('refused');
    await expect(unwritten.write(batch('b'), refuse)).rejects.toThrow('refused');
    await expect(unwritten.again(refuse)).rejects.toThrow('refused');
    const written: string[] = [];
    await unwritten.again(async (b) => void written.push(nameOf(b)));
    expect(written).toEqual(['a', 'b']);
    expect(unwritten.count).toBe(0);
  });

  it('gives a batch up that is refused each time, so that what comes after it is written', async () => {
    const unwritten = new Unwritten();
    const refuseBad = async (b: Batch) => {
      if (nameOf(b) === 'bad') throw new Error('refused');
    };
    await expect(unwritten.write(batch('bad'), refuseBad)).rejects.toThrow('refused');
    for (let tried = 1; tried < MAX_TRIES; tried++) await expect(unwritten.again(refuseBad)).rejects.toThrow('refused');
    expect(unwritten.givenUp).toBe(1);
    await unwritten.again(refuseBad);
    expect(unwritten.count).toBe(0);
  });

  it('parts a batch that is refused each time: only the row that cannot be written is given up', async () => {
    const settings = Array.from({ length: 1000 }, (_, i) => ({ site_id: '', name: `s${i}`, value: '' }));
    // Rows of one key stay together: the second half would delete what the first one wrote.
    const states = ['1', '2'].map((payload) => ({ site_id: 's', name: 'same', payload }));
    const written: string[] = [];
    let calls = 0;
    const submit = async ({ put = {} }: Batch) => {
      calls++;
      if (put.setting?.some(({ name }) => name === 's617' || name === 's618')) throw new Error('refused');
      written.push(...(put.setting ?? []).map(({ name }) => name));
      if ((put.site_state ?? []).length > 0) written.push(put.site_state!.map(({ payload }) => payload).join('+'));
    };
    const unwritten = new Unwritten();
    await expect(unwritten.write({ put: { setting: settings, site_state: states } }, submit)).rejects.toThrow();
    for (let tried = 1; tried < MAX_TRIES; tried++) await expect(unwritten.again(submit)).rejects.toThrow('refused');
    expect(unwritten.count).toBe(0);
    expect([...written].sort()).toEqual(
      ['1+2', ...settings.map(({ name }) => name)].filter((n) => !/^s61[78]$/.test(n)).sort(),
    );
    expect(unwritten.givenUp).toBe(2);
    expect(calls).toBeLessThan(64);
  });

  it('gives nothing up while the disk is full, however often it is tried', async () => {
    const unwritten = new Unwritten();
    const full = () => Promise.reject(new OperatingError('store.full-disk', { path: '/d' }));
    await expect(unwritten.write(batch('a'), full)).rejects.toThrow();
    for (let tried = 0; tried < 3 * MAX_TRIES; tried++) await expect(unwritten.again(full)).rejects.toThrow(/full/);
    const written: string[] = [];
    await unwritten.again(async (b) => void written.push(nameOf(b)));
    expect(written).toEqual(['a']);
    expect(unwritten.givenUp).toBe(0);
  });
});
