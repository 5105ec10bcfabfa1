/**
 * Time of day, week and year where the plant stands, and the air around it. Ambient temperature is the usual two
 * sinusoids (year and day, warmest in July and at 15 h) with weather on top; ASHRAE Handbook of Fundamentals (2021), 14.
 */
import type { Wander } from './noise.ts';

const DAY_S = 86_400;
const YEAR_S = 365.2422 * DAY_S;
/** 1970-01-01 was a Thursday: 3 with Monday as 0. */
const EPOCH_WEEKDAY = 3;

export class Calendar {
  /** Seconds since 1970 in the plant's own zone at time 0. */
  readonly #startS: number;
  readonly #weather: Wander;
  /** 0 <= hour < 24. */
  hour = 0;
  /** 0 Monday ... 6 Sunday. */
  weekday = 0;
  /** Air outside, degC. */
  ambientC = 10;
  /** Added to the temperature outside: an unusual season. */
  seasonShiftC = 0;
  /** River and well follow the year, not the day, degC. */
  groundC = 10;

  constructor(startS: number, weather: Wander) {
    this.#startS = startS;
    this.#weather = weather;
    this.at(0);
  }

  at(timeS: number): void {
    const local = this.#startS + timeS;
    const day = Math.floor(local / DAY_S);
    this.hour = (local - day * DAY_S) / 3600;
    this.weekday = (((day + EPOCH_WEEKDAY) % 7) + 7) % 7;
    const year = Math.cos((2 * Math.PI * (local - 200 * DAY_S)) / YEAR_S);
    this.ambientC =
      10.5 +
      9.5 * year +
      4.2 * Math.cos((2 * Math.PI * (this.hour - 15)) / 24) +
      this.#weather.value +
      this.seasonShiftC;
    this.groundC = 10.5 + 3.5 * year + 0.3 * this.seasonShiftC;
  }
}
