import { describe, expect, it } from 'vitest';
import type { Asset, Conversation } from '../../core/site.ts';
import type { SiteModel } from '../../core/site-model.ts';
import { MAX_STILL_MS, stillOf } from './still.ts';

const asset = (id: string, ...endpoints: number[]): Asset =>
  ({ id, endpoints: endpoints.map((endpoint) => ({ endpoint })) }) as unknown as Asset;

/** A model that moves on, and a clock that each look at the devices moves by `costMs`. */
const moving = (costMs: number) => {
  let nowMs = 1000;
  const state = { version: 1, assets: [asset('a1', 1, 2)], points: 3, asked: 0 };
  const model = {
    get version() {
      return state.version;
    },
    get pointCount() {
      return state.points;
    },
    assets: () => {
      nowMs += costMs;
      return state.assets;
    },
    networks: () => [],
    conversations: () => {
      state.asked++;
      return [] as Conversation[];
    },
  } as unknown as SiteModel;
  return { state, model, now: () => nowMs };
};

describe('stillOf', () => {
  it('keeps devices and lists while the model goes on; points and counts are those of now', () => {
    const { state, model, now } = moving(1);
    const still = stillOf(model, now).model;
    state.version = 2;
    state.points = 4;
    state.assets = [asset('a3', 3)];
    expect(still.version).toBe(1);
    expect(still.assets().map(({ id }) => id)).toEqual(['a1']);
    expect(still.asset('a1')?.id).toBe('a1');
    expect([still.assetOf(2), still.assetOf(3)]).toEqual(['a1', undefined]);
    expect(still.pointCount).toBe(4);
  });

  it('takes the other lists once, and only when somebody asks', () => {
    const { state, model, now } = moving(1);
    const still = stillOf(model, now).model;
    expect(state.asked).toBe(0);
    expect(still.conversations()).toBe(still.conversations());
    expect(state.asked).toBe(1);
  });

  it('may be shown for as long as reading needs to make up for what it cost, and never for long', () => {
    expect(stillOf(moving(0).model, moving(0).now).untilMs).toBe(1000);
    const cheap = moving(10);
    expect(stillOf(cheap.model, cheap.now).untilMs).toBe(1010 + 200);
    const dear = moving(2000);
    expect(stillOf(dear.model, dear.now).untilMs).toBe(3000 + MAX_STILL_MS);
  });
});
