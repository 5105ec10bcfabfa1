/**
 * What an attacker does to the process, acting where he can: memory of controllers, values on their way in, force tables,
 * programs. Techniques as named by MITRE ATT&CK for ICS; the concealment variants are those of Stuxnet (Falliere, 2011).
 */
import { seededRandom } from '../../src/lib/random.ts';
import { CONCEAL, type Kind, showAsNow, tamperAll, WHERE } from './kinds.ts';
import type { Point } from './point.ts';

export const ATTACKS: Readonly<Record<string, Kind>> = {
  'set-point-edit': {
    text: 'a set point, limit or parameter is moved a little; the end puts it back',
    target: 'a set point or parameter',
    parameters: {
      percent: { text: 'by so many per cent of its value', low: -50, high: 50 },
      conceal: CONCEAL,
    },
    begin: (c) => {
      const point = c.point();
      const { nature } = point.definition;
      if (nature !== 'set-point' && nature !== 'parameter') throw new Error(`${c.target} is no set point`);
      const before = point.value;
      const unmask = c.number('conceal') === 1 ? showAsNow([point]) : undefined;
      point.put(before * (1 + c.number('percent') / 100));
      const edited = point.value;
      return {
        end: () => {
          unmask?.();
          if (point.value === edited) point.put(before);
        },
      };
    },
  },
  'calibration-edit': {
    text: 'gain or zero of a transmitter is changed in the controller; the end puts it back',
    target: 'a measured point that has .GAIN and .OFFSET',
    parameters: {
      gain: { text: 'multiplies the gain', low: 0.8, high: 1.2, usual: 1 },
      offset: { text: 'added to the zero, per cent of the span', low: -10, high: 10, usual: 0 },
      conceal: CONCEAL,
    },
    begin: (c) => {
      const { gain, offset, definition } = c.point();
      if (gain === undefined || offset === undefined) throw new Error(`${c.target} has no calibration`);
      const before = [gain.value, offset.value] as const;
      const unmask = c.number('conceal') === 1 ? showAsNow([gain, offset]) : undefined;
      gain.put(before[0] * c.number('gain'));
      offset.put(before[1] + ((definition.high - definition.low) * c.number('offset')) / 100);
      return {
        end: () => {
          unmask?.();
          gain.put(before[0]);
          offset.put(before[1]);
        },
      };
    },
  },
  'sensor-bias': {
    text: 'a measured value is falsified by a fixed amount',
    target: 'a measured point',
    parameters: { offset: { text: 'per cent of the span', low: -50, high: 50 }, where: WHERE },
    begin: (c) =>
      tamperAll(c, (p) => {
        const add = (p.definition.high - p.definition.low) * (c.number('offset') / 100);
        return (v) => v + add;
      }),
  },
  'sensor-freeze': {
    text: 'a measured value stands still',
    target: 'a measured point, or a controller: all of its measured points',
    parameters: { where: WHERE },
    begin: (c) =>
      tamperAll(c, (p) => {
        const frozen = p.value;
        return () => frozen;
      }),
  },
  'sensor-replay': {
    text: 'the last minutes of a signal are played again and again while the truth goes on',
    target: 'a measured point, or a controller: all of its measured points',
    parameters: { lengthS: { text: 'seconds that are played', low: 10, high: 7200 }, where: WHERE },
    begin: (c) => {
      const lengthS = Math.floor(c.number('lengthS'));
      return tamperAll(c, (p) => {
        const tape = Float32Array.from({ length: lengthS }, (_, i) => c.earlier(p, lengthS - i));
        return (v, timeS) => {
          const played = tape[Math.floor(timeS - c.nowS) % lengthS]!;
          // Before the plant's beginning nothing was recorded: the truth is shown.
          return Number.isNaN(played) ? v : played;
        };
      });
    },
  },
  'sensor-drift': {
    text: 'a measured value is drawn away slowly',
    target: 'a measured point',
    parameters: {
      perHour: { text: 'per cent of the span in an hour', low: -50, high: 50 },
      most: { text: 'per cent of the span where it stops', low: 0, high: 50, usual: 10 },
      where: WHERE,
    },
    begin: (c) =>
      tamperAll(c, (p) => {
        const span = (p.definition.high - p.definition.low) / 100;
        const most = c.number('most') * span;
        const rate = (c.number('perHour') * span) / 3600;
        return (v, timeS) => v + Math.max(-most, Math.min(most, rate * (timeS - c.nowS)));
      }),
  },
  'sensor-noise': {
    text: 'noise is added to a measured value',
    target: 'a measured point',
    parameters: { deviation: { text: 'standard deviation, per cent of the span', low: 0, high: 50 }, where: WHERE },
    begin: (c) =>
      tamperAll(c, (p) => {
        const random = seededRandom(Math.round(c.nowS) ^ 0x51ed27);
        const deviation = ((p.definition.high - p.definition.low) * c.number('deviation')) / 100;
        let at = Number.NaN;
        let now = 0;
        return (v, timeS) => {
          if (timeS !== at) now = deviation * random.normal();
          at = timeS;
          return v + now;
        };
      }),
  },
  'sensor-junk': {
    text: 'a measured value becomes nonsense',
    target: 'a measured point, or a controller: all of its measured points',
    parameters: {
      as: {
        text: 'random: anywhere in the range and beyond; zero; full: end of the range; nan: not a number (0 in whole numbers)',
        words: ['random', 'zero', 'full', 'nan'],
        usual: 'random',
      },
      where: WHERE,
    },
    begin: (c) => {
      const as = c.word('as');
      return tamperAll(c, (p) => {
        const { low, high } = p.definition;
        const random = seededRandom(Math.round(c.nowS) ^ 0x2c1b3c);
        let at = Number.NaN;
        let now = 0;
        return (_, timeS) => {
          if (as === 'zero') return 0;
          if (as === 'full') return high;
          if (as === 'nan') return Number.NaN;
          if (timeS !== at) now = low + (high - low) * (random.uniform() * 1.6 - 0.3);
          at = timeS;
          return now;
        };
      });
    },
  },
  'force-output': {
    text: 'an output is held by the force table against the program',
    target: 'an output',
    parameters: {
      value: { text: 'held at, engineering units', low: -1e6, high: 1e6 },
      conceal: { ...CONCEAL, text: '1: masters and HMIs are shown what the program wants' },
    },
    begin: (c) => {
      const point = c.point();
      if (point.definition.nature !== 'output') throw new Error(`${c.target} is no output`);
      const mask = (): number => point.wanted;
      if (c.number('conceal') === 1) point.mask = mask;
      point.forced = c.number('value');
      point.put(point.value);
      return {
        end: () => {
          point.forced = Number.NaN;
          if (point.mask === mask) point.mask = undefined;
        },
      };
    },
  },
  'output-stuck': {
    text: 'what an output drives no longer moves, whatever the controller tells it',
    target: 'an output that drives a valve or motor',
    parameters: {},
    begin: (c) => {
      const actuator = c.site.valves.get(c.target) ?? c.site.motors.get(c.target);
      if (actuator === undefined) throw new Error(`${c.target} drives nothing`);
      actuator.stuck = true;
      return {
        end: () => {
          actuator.stuck = false;
        },
      };
    },
  },
  'safety-bypass': {
    text: 'a safety function is silenced',
    target: 'a safety function: PSHH-701, LSHH-101, ASHH-309, TSHH-603 (bypass, limit), GS-901, GS-1201 (bypass)',
    parameters: {
      how: {
        text: 'bypass: its bypass is set; limit: its limit is moved to the end of the range',
        words: ['bypass', 'limit'],
        usual: 'bypass',
      },
      conceal: { ...CONCEAL, text: '1: bypass, limit and lamp are shown as they were' },
    },
    begin: (c) => {
      const { board } = c.found();
      const limit = board.find(`${c.target}.LIM`);
      const how = c.word('how');
      const point: Point | undefined = how === 'limit' ? limit : board.find(`${c.target}.BYP`);
      if (point === undefined) throw new Error(`${c.target} has no ${how}`);
      const unmask = c.number('conceal') === 1 ? showAsNow([point, board.point('BYPASS.ANY')]) : undefined;
      const before = point.value;
      point.put(how === 'limit' ? point.definition.high : 1);
      return {
        end: () => {
          unmask?.();
          point.put(before);
        },
      };
    },
  },
  download: {
    text: "a controller gets one of its prepared programs; the end brings the controller's own back",
    target: 'a controller',
    parameters: {
      variant: { text: 'name of the program; each controller has its own' },
      stopS: { text: 'seconds it stands still for the download', low: 0, high: 600, usual: 8 },
    },
    begin: (c) => {
      const board = c.board();
      const variant = c.word('variant');
      if (variant !== 'normal' && board.variants[variant] === undefined)
        throw new Error(`${board.id}: no program ${variant}`);
      const stopS = c.number('stopS');
      if (stopS > 0) board.setMode('program');
      let done = false;
      const load = (): void => {
        board.download(variant);
        board.setMode('run');
        done = true;
      };
      if (stopS <= 0) load();
      return {
        step: (timeS) => {
          if (!done && timeS >= c.nowS + stopS) load();
        },
        end: () => {
          if (!done) board.setMode('run');
          board.download('normal');
        },
      };
    },
  },
  'mode-stop': {
    text: 'a controller is stopped: its outputs fall to safe, its inputs are no longer read; the end starts it',
    target: 'a controller',
    parameters: {},
    begin: (c) => {
      const board = c.board();
      board.setMode('stop');
      return { end: () => board.setMode('run') };
    },
  },
};
