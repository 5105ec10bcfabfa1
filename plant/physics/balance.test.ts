/** What goes in comes out or stays: mass of water and sugar, heat of the pasteuriser, energy of the meters. */
import { describe, expect, it } from 'vitest';
import { createWorld, DEFAULT_START_S } from './index.ts';

const HOUR = 3600;

describe('balances over a morning of production', () => {
  const w = createWorld({ seed: 21, startS: DEFAULT_START_S + 6 * HOUR });
  w.advance(60);
  const start = { raw: w.truth('LT-101'), treated: w.truth('LT-401') };
  const sum = { in: 0, filtered: 0, header: 0, batches: 0, heater: 0, product: 0, bottled: 0, forward: 0, kwh: 0 };
  const kwh = (): number => ['EI-1511.E', 'EI-1512.E', 'EI-1513.E', 'EI-1514.E'].reduce((a, n) => a + w.truth(n), 0);
  const kwhStart = kwh();
  const sterileStart = w.truth('LT-605');
  const bowlStart = w.truth('LT-901');
  for (let t = 61; t <= 2.4 * HOUR; t++) {
    w.advance(t);
    sum.in += w.truth('FT-101') / HOUR;
    sum.filtered += w.truth('FT-201') / HOUR;
    sum.header += w.truth('FT-401') / HOUR;
    if (w.truth('XV-601.CMD') === 1) sum.forward += w.truth('FT-601') / HOUR;
    sum.bottled += (w.truth('ST-901') / 60) * w.truth('FILL.AVG') * 1e-6;
    sum.kwh += ['EI-1511.P', 'EI-1512.P', 'EI-1513.P', 'EI-1514.P'].reduce((a, n) => a + w.truth(n), 0) / HOUR;
  }

  it('raw water: inflow less filters is what the level gained (14 m2)', () => {
    expect(sum.in).toBeGreaterThan(5);
    expect((w.truth('LT-101') - start.raw) * 14).toBeCloseTo(sum.in - sum.filtered, 1);
  });
  it('treated water: filters less header is what the level gained (11 m2)', () => {
    expect((w.truth('LT-401') - start.treated) * 11).toBeCloseTo(sum.filtered - sum.header, 1);
  });
  it('product: what the pasteuriser gave is in bottles, in the sterile tank (0.9 m2) or in the bowl (0.35 m2)', () => {
    const kept = (w.truth('LT-605') - sterileStart) * 0.9 + (w.truth('LT-901') - bowlStart) * 0.35;
    expect(sum.bottled).toBeGreaterThan(6);
    // The divert valve takes a second to move: some litres are the tolerance.
    expect(Math.abs(sum.forward - sum.bottled - kept) / sum.bottled).toBeLessThan(0.01);
  });
  it('energy meters count what the power meters show', () => {
    expect(Math.abs(kwh() - kwhStart - sum.kwh)).toBeLessThan(0.5);
  });
});

describe('heat of the pasteuriser, at rest', () => {
  const w = createWorld({ seed: 22, startS: DEFAULT_START_S + 6 * HOUR });
  w.advance(HOUR);
  const mean = (name: string, seconds: number): number => {
    let s = 0;
    for (let i = 0; i < seconds; i++) {
      w.advance(w.timeS + 1);
      s += w.truth(name);
    }
    return s / seconds;
  };
  it('the regenerator gives as much to the cold side as it takes from the warm side', () => {
    const [inC, preC, heldC, outC] = [mean('TT-600', 60), mean('TT-606', 60), mean('TT-603', 60), mean('TT-605', 60)];
    expect(Math.abs(preC - inC - (heldC - outC)) / (preC - inC)).toBeLessThan(0.02);
    expect(preC).toBeLessThan(heldC);
    expect(outC).toBeGreaterThan(inC);
  });
  it('steam pays for the heat that product and walls take', () => {
    // Product: mass flow x heat capacity x rise in the heater; walls: the loss of the hot-water loop.
    let steamKj = 0;
    let productKj = 0;
    let lossKj = 0;
    const hotStart = w.truth('TT-602');
    for (let i = 0; i < 1800; i++) {
      w.advance(w.timeS + 1);
      steamKj += 0.075 * (w.truth('TIC-602.OUT') / 100) * Math.sqrt(w.truth('PT-701') / 6) * 2085;
      productKj += (w.truth('FT-601') / 3.6) * 4.1 * (w.truth('TT-601') - w.truth('TT-606'));
      lossKj += 0.05 * (w.truth('TT-602') - 20);
    }
    const stored = 420 * (w.truth('TT-602') - hotStart);
    expect(Math.abs(steamKj - productKj - lossKj - stored) / steamKj).toBeLessThan(0.02);
  });
});

describe('sugar', () => {
  it('of a batch is what its syrup brought: the buffer comes to the set point of the recipe', () => {
    const w = createWorld({ seed: 23, startS: DEFAULT_START_S + 6 * HOUR });
    w.advance(3 * HOUR);
    expect(Math.abs(w.truth('AT-501') / w.truth('AIC-501.SP') - 1)).toBeLessThan(0.05);
  });
});
