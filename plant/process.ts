/**
 * The physical process of the sample plant: raw water is taken in, dosed with chlorine, heated and bottled. Mass and heat
 * balances with first-order lags, PI controllers as in Åström and Hägglund (Advanced PID Control, 2006, section 3.5,
 * anti-windup by conditional integration), noise of sensors on top. Small, but nothing in it is a made-up curve.
 */
import type { Random } from '../src/lib/random.ts';

/** Seconds of one step of integration. */
const STEP_S = 0.1;
const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

/** A PI controller with output 0..1; the integral stands still while the output is at its end. */
class Controller {
  readonly gain: number;
  readonly integralS: number;
  integral: number;
  constructor(gain: number, integralS: number, start: number) {
    this.gain = gain;
    this.integralS = integralS;
    this.integral = start;
  }
  step(setPoint: number, value: number): number {
    const error = setPoint - value;
    const raw = this.gain * error + this.integral;
    if ((raw < 1 || error < 0) && (raw > 0 || error > 0))
      this.integral += (this.gain * error * STEP_S) / this.integralS;
    return clamp(raw, 0, 1);
  }
}

/** Levels in m, flows in m3/h, concentrations in mg/l, temperatures in degC, openings and speeds 0..1. */
export class Process {
  rawLevelM = 2.55;
  treatedLevelM = 2.02;
  treatedLevelSetPointM = 2.0;
  inletOpen = true;
  pumpSpeed = 0.72;
  chlorineMgL = 0.5;
  chlorineSetPointMgL = 0.5;
  doseStroke = 0.4;
  turbidityNtu = 0.31;
  temperatureC = 71.8;
  temperatureSetPointC = 72;
  steamValve = 0.5;
  /** The heater's controller runs; without it the steam valve closes by spring. */
  heaterRuns = true;
  washerC = 65;
  /** 0 idle, 1 pre-rinse, 2 caustic, 3 rinse. */
  washerStep = 2;
  bottlesPerMinute = 0;
  bottles = 118_240;
  rejected = 96;
  cases = 9_840;
  fillMl = 500;
  capTorqueNm = 1.6;
  energyKWh = 48_211.4;
  totalM3 = 90_412.2;

  readonly #random: Random;
  readonly #level = new Controller(1.6, 90, 0.7);
  readonly #dose = new Controller(1.2, 25, 0.4);
  readonly #steam = new Controller(0.11, 18, 0.5);
  #timeS = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Flow through the treatment, m3/h. */
  get flowM3h(): number {
    return 36 * this.pumpSpeed;
  }

  /** A measured value: the true one with the noise of its sensor. */
  measured(value: number, deviation: number): number {
    return value + deviation * this.#random.normal();
  }

  /** Lets the process run until `timeS` seconds after the start. */
  advance(timeS: number): void {
    while (this.#timeS + STEP_S <= timeS) {
      this.#step();
      this.#timeS += STEP_S;
    }
  }

  #step(): void {
    const hours = STEP_S / 3600;
    const flow = this.flowM3h;
    if (this.rawLevelM < 2.2) this.inletOpen = true;
    if (this.rawLevelM > 2.8) this.inletOpen = false;
    // Tanks of 1.2 and 0.9 m2: small ones, so that ten minutes show their rhythm.
    this.rawLevelM += (((this.inletOpen ? 41 : 6) - flow) * hours) / 1.2;
    const filler = this.bottlesPerMinute * 60 * 0.0005;
    this.treatedLevelM += ((flow - 20 - filler) * hours) / 0.9;
    this.pumpSpeed += (this.#level.step(this.treatedLevelSetPointM, this.treatedLevelM) - this.pumpSpeed) * 0.05;
    this.totalM3 += flow * hours;

    this.doseStroke = this.#dose.step(this.chlorineSetPointMgL, this.chlorineMgL);
    this.chlorineMgL += STEP_S * (0.03 * this.doseStroke - (0.0009 + 0.00062 * flow) * this.chlorineMgL);
    this.turbidityNtu = clamp(this.turbidityNtu + 0.004 * this.#random.normal() * Math.sqrt(STEP_S), 0.2, 0.6);

    const wanted = this.#steam.step(this.temperatureSetPointC, this.temperatureC);
    this.steamValve += ((this.heaterRuns ? wanted : 0) - this.steamValve) * 0.08;
    this.temperatureC += STEP_S * (1.36 * this.steamValve - (this.temperatureC - 18) / 80);
    this.washerC += STEP_S * (0.4 - (this.washerC - 18) / 118) + 0.01 * this.#random.normal();

    // The filler waits while the water is not hot enough: an interlock of the line.
    const wants = this.temperatureC >= this.temperatureSetPointC - 3 ? 180 : 0;
    this.bottlesPerMinute += (wants - this.bottlesPerMinute) * 0.01;
    const made = (this.bottlesPerMinute / 60) * STEP_S;
    this.bottles += made;
    this.cases += made / 12;
    if (this.#random.uniform() < made / 900) this.rejected++;
    this.fillMl = 500 + 0.8 * this.#random.normal();
    this.capTorqueNm = 1.6 + 0.04 * this.#random.normal();
    this.energyKWh += (24 + 30 * this.pumpSpeed + 0.06 * this.bottlesPerMinute) * hours;
  }
}
