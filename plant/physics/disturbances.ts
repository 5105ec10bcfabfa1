/**
 * What happens in every plant without anybody meaning harm: products change, people pause, instruments are replaced,
 * bearings wear, valves stick, beds and plates foul, the mains dip, the weather turns.
 */
import type { Context, Kind, Running } from './kinds.ts';
import { recipeWrites } from './recipes.ts';

/** Brings a place of wear from where it is to `to` within `rampS`; the end (repair) sets it back. */
const worsen = (c: Context): Running => {
  const place = c.site.wear.get(c.target);
  if (place === undefined) throw new Error(`${c.target} does not wear`);
  const from = place.value;
  const to = c.number('to');
  const rampS = c.number('rampS');
  return {
    step: (timeS) => {
      place.value = from + (to - from) * Math.min(1, rampS > 0 ? (timeS - c.nowS) / rampS : 1);
    },
    end: () => {
      place.value = from;
    },
  };
};
const WORSE = {
  to: { text: 'how bad it gets: 0 new, 1 about to fail', low: 0, high: 2 },
  rampS: { text: 'seconds until then', low: 0, high: 1e8, usual: 86_400 },
};

export const DISTURBANCES: Readonly<Record<string, Kind>> = {
  'recipe-change': {
    text: 'the line is changed over to another product (the writes of the recipe screen, made at a local panel)',
    target: 'the plant: empty',
    parameters: { recipe: { text: 'number of the recipe', low: 1, high: 3 } },
    begin: (c) => {
      for (const w of recipeWrites(c.number('recipe'))) c.site.find(w.point)!.board.write(w.point, w.value);
      return {};
    },
  },
  'shift-change': {
    text: 'people hand over; the line pauses from start to end',
    target: 'the plant: empty',
    parameters: {},
    begin: (c) => {
      const run = c.site.find('LINE.RUN')!.point;
      const before = run.value;
      run.put(0);
      return { end: () => run.put(before) };
    },
  },
  'planned-download': {
    text: 'a planned update: the same logic in a new version, the controller stands still while it loads',
    target: 'a controller',
    parameters: {
      workOrder: { text: 'number of the work order', usual: '' },
      stopS: { text: 'seconds it stands still', low: 0, high: 600, usual: 12 },
    },
    begin: (c) => {
      const board = c.board();
      board.setMode('program');
      let done = false;
      const load = (): void => {
        if (done) return;
        done = true;
        board.download('planned');
        board.setMode('run');
      };
      return {
        step: (timeS) => {
          if (timeS >= c.nowS + c.number('stopS')) load();
        },
        end: load,
      };
    },
  },
  'sensor-replaced': {
    text: 'a new instrument: a small step of the value and another noise, for good',
    target: 'a measured point',
    parameters: {
      step: { text: 'per cent of the span', low: -2, high: 2 },
      noise: { text: 'multiplies the noise', low: 0.2, high: 3, usual: 1 },
    },
    begin: (c) => {
      const { sensor, definition } = c.point();
      if (sensor === undefined) throw new Error(`${c.target} is not measured`);
      sensor.bias += ((definition.high - definition.low) * c.number('step')) / 100;
      sensor.noiseFactor *= c.number('noise');
      return {};
    },
  },
  'controller-restart': {
    text: 'a controller restarts by itself or after a fault: it does not run from start to end',
    target: 'a controller',
    parameters: {},
    begin: (c) => {
      const board = c.board();
      board.setMode('program');
      return { end: () => board.setMode('run') };
    },
  },
  'bearing-wear': {
    text: 'a bearing wears: vibration, temperature and current rise together; the end is its repair',
    target: 'P-101, P-201, P-401, P-601, C-801, M-901, M-1001, M-1101, M-1102, M-1103, M-1201, C-1401',
    parameters: WORSE,
    begin: worsen,
  },
  fouling: {
    text: 'a filter bed (F-201), heat exchanger (E-601), boiler (B-701) or condenser (E-801) fouls; the end is its cleaning',
    target: 'F-201, E-601, B-701, E-801',
    parameters: WORSE,
    begin: worsen,
  },
  leak: {
    text: 'water (LEAK-401), air (LEAK-1401) or vacuum (V-1201) leaks; the end is the repair',
    target: 'LEAK-401, LEAK-1401, V-1201',
    parameters: WORSE,
    begin: worsen,
  },
  'valve-stiction': {
    text: 'the stem of a control valve sticks: it moves only after the signal has moved by the band',
    target: 'an output that drives a valve',
    parameters: { band: { text: 'per cent of the stroke', low: 0, high: 30 } },
    begin: (c) => {
      const valve = c.site.valves.get(c.target);
      if (valve === undefined) throw new Error(`${c.target} drives no valve`);
      const before = valve.stiction;
      valve.stiction = c.number('band');
      return {
        end: () => {
          valve.stiction = before;
        },
      };
    },
  },
  'demand-change': {
    text: 'offices and neighbours draw more or less water',
    target: 'the plant: empty',
    parameters: { factor: { text: 'multiplies the draw', low: 0, high: 3 } },
    begin: (c) => {
      c.site.shared.demandFactor = c.number('factor');
      return {
        end: () => {
          c.site.shared.demandFactor = 1;
        },
      };
    },
  },
  cleaning: {
    text: 'an extra run of the cleaning programme, started at a local panel',
    target: 'the plant: empty',
    parameters: {},
    begin: (c) => {
      c.site.find('CIP.START')!.point.put(1);
      return {};
    },
  },
  season: {
    text: 'unusual weather: outside it is warmer or colder than the season',
    target: 'the plant: empty',
    parameters: { shiftC: { text: 'degrees', low: -25, high: 25 } },
    begin: (c) => {
      c.site.calendar.seasonShiftC = c.number('shiftC');
      return {
        end: () => {
          c.site.calendar.seasonShiftC = 0;
        },
      };
    },
  },
  'power-dip': {
    text: 'the mains sag: motors slow down or fall out until the end',
    target: 'the plant: empty',
    parameters: { left: { text: 'part of the voltage that is left', low: 0, high: 1 } },
    begin: (c) => {
      c.site.shared.mains = c.number('left');
      return {
        end: () => {
          c.site.shared.mains = 1;
        },
      };
    },
  },
  'clock-step': {
    text: "a controller's own clock jumps",
    target: 'a controller',
    parameters: { seconds: { text: 'forward; negative: back', low: -1e8, high: 1e8 } },
    begin: (c) => {
      const board = c.board();
      board.clockOffsetS += c.number('seconds');
      return {
        end: () => {
          board.clockOffsetS -= c.number('seconds');
        },
      };
    },
  },
  'guard-opened': {
    text: 'somebody opens the guard of a machine; the safety controller stops it until it is shut',
    target: 'filler or packer',
    parameters: {},
    begin: (c) => {
      const machine = c.target === 'filler' || c.target === 'packer' ? c.target : undefined;
      if (machine === undefined) throw new Error(`no guard at ${c.target}`);
      c.site.shared.guardOpen[machine] = true;
      return {
        end: () => {
          c.site.shared.guardOpen[machine] = false;
        },
      };
    },
  },
  'gas-release': {
    text: 'chlorine gas leaks in the dosing room; the safety function shuts the dosing',
    target: 'the plant: empty',
    parameters: { ppm: { text: 'in the room', low: 0, high: 10 } },
    begin: (c) => {
      const { shared } = c.site;
      const before = shared.chlorineGasPpm;
      shared.chlorineGasPpm = c.number('ppm');
      return {
        end: () => {
          shared.chlorineGasPpm = before;
        },
      };
    },
  },
};
