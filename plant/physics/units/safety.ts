/**
 * The safety controller: its own sensors, its own limits, and trips that hold until they are reset (IEC 61511-1, 2016).
 * Functions: boiler over-pressure, raw water overfill, chlorine gas, pasteuriser over-temperature, guards of filler and
 * packer, emergency stop. A bypass is for maintenance: a person sets it, and the lamp says so.
 */
import { STEP_S } from '../board.ts';
import type { Point } from '../point.ts';
import type { Site, Unit } from '../site.ts';

interface SafetyFunction {
  readonly id: string;
  readonly value: Point;
  readonly limit: Point;
  readonly bypass: Point;
  readonly trip: Point;
  readonly key: 'boiler' | 'overfill' | 'gas' | 'pasteur';
}

export const safety = (site: Site): Unit => {
  const { shared: s } = site;
  const safe = { safety: true } as const;
  const b = site.board({
    id: 'plc-safety',
    cell: 'safety',
    family: 's7',
    safety: true,
    program: 'F_MAIN',
    variants: { 'trips-removed': 'malicious: the logic answers as before but never trips' },
  });
  const watch = (
    id: string,
    text: string,
    unit: string,
    high: number,
    noise: number,
    limit: number,
    key: SafetyFunction['key'],
    truth: () => number,
    lagS: number,
  ): SafetyFunction => ({
    id,
    key,
    value: b.measured(`${id}`, `${text} (safety sensor)`, unit, 0, high, noise, truth, {
      ...safe,
      lagS,
    }),
    limit: b.parameter(`${id}.LIM`, `${text}: trip limit`, unit, 0, high, limit, 0.001, safe),
    bypass: b.flag(`${id}.BYP`, `${text}: bypass`, false, { ...safe, writable: true }),
    trip: b.flag(`${id}.TRIP`, `${text}: tripped`, false, safe),
  });
  const functions = [
    watch('PSHH-701', 'boiler pressure', 'bar', 12, 0.01, 7.8, 'boiler', () => s.steamBar, 0.5),
    watch('LSHH-101', 'raw water tank level', 'm', 5, 0.006, 4.2, 'overfill', () => s.rawLevelM, 1),
    watch('ASHH-309', 'chlorine gas', 'ppm', 10, 0.01, 1, 'gas', () => 0.02 + s.chlorineGasPpm, 5),
    watch('TSHH-603', 'pasteuriser temperature', 'degC', 120, 0.06, 96, 'pasteur', () => s.heldC, 1),
  ];
  const stop = b.flag('ES-1601', 'emergency stop pressed', false, safe);
  const guards = [
    b.flag('GS-901', 'guard of the filler open', false, safe),
    b.flag('GS-1201', 'guard of the packer open', false, safe),
  ];
  const guardBypass = [
    b.flag('GS-901.BYP', 'guard of the filler: bypass', false, { ...safe, writable: true }),
    b.flag('GS-1201.BYP', 'guard of the packer: bypass', false, { ...safe, writable: true }),
  ];
  const guardTrip = [
    b.flag('GS-901.TRIP', 'guard of the filler: tripped', false, safe),
    b.flag('GS-1201.TRIP', 'guard of the packer: tripped', false, safe),
  ];
  const reset = b.flag('RESET', 'reset of trips', false, { ...safe, writable: true });
  const lamp = b.flag('BYPASS.ANY', 'a safety function is bypassed', false, safe);
  const demands = b.counter('DEMANDS', 'trips so far', '', 14, 1, safe);
  const test = b.counter('TEST.AGE', 'hours since the last proof test', 'h', 1_210, 10, safe);
  let ageS = 1_210 * 3600;

  return {
    board: b,
    scan: () => {
      const resets = reset.value === 1;
      if (resets) reset.put(0);
      for (const f of functions) {
        const demand = f.value.value > f.limit.value && f.bypass.value === 0 && !b.runs('trips-removed');
        if (demand && f.trip.value === 0) {
          f.trip.put(1);
          demands.put(demands.value + 1);
        } else if (f.trip.value === 1 && resets && !demand) f.trip.put(0);
        s.trip[f.key] = f.trip.value === 1;
      }
      guards[0]!.put(s.guardOpen.filler ? 1 : 0);
      guards[1]!.put(s.guardOpen.packer ? 1 : 0);
      for (let i = 0; i < 2; i++) {
        const open = guards[i]!.value === 1 && guardBypass[i]!.value === 0 && !b.runs('trips-removed');
        // A guard that is shut again lets the machine go on: it has a start button of its own.
        guardTrip[i]!.put(open || stop.value === 1 ? 1 : 0);
      }
      s.trip.filler = guardTrip[0]!.value === 1;
      s.trip.packer = guardTrip[1]!.value === 1;
      lamp.put(functions.some((f) => f.bypass.value === 1) || guardBypass.some((g) => g.value === 1) ? 1 : 0);
      test.put(ageS / 3600);
    },
    integrate: () => {
      ageS += STEP_S;
      // A safety controller that does not run trips everything: its outputs are off.
      if (b.mode !== 'run') {
        for (const key of ['boiler', 'overfill', 'gas', 'pasteur', 'filler', 'packer'] as const) s.trip[key] = true;
      }
    },
  };
};
