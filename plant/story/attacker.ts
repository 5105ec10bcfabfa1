/**
 * The attacker, from the mail to the encrypted panels. What touches the plant goes out from the engineering station by the
 * protocol of each controller, as its engineer would do it, or is done by logic that was loaded before (falsified signals).
 * The noisy one does it in hours; the patient one in working hours over days, a little at a time. Each touch is undone
 * before the next begins, so that every move can be judged by itself.
 */

import { arp, dhcpLease } from '../network/chatter.ts';
import type { Activity } from '../network/clockwork.ts';
import { changeMode, connect, downloadProgram, identify, updateFirmware } from '../network/engineering.ts';
import { CREATE, OPEN, SmbClient } from '../network/it/smb.ts';
import { CipMaster } from '../network/masters/cip.ts';
import { DAY_US, HOUR_US, MINUTE_US, type Scene, SECOND_US } from '../network/scene.ts';
import type { Station } from '../network/station.ts';
import type { Happening, MoveLabel } from '../world.ts';
import type { Book } from './book.ts';
import * as intrusion from './intrusion.ts';
import { CALIBRATIONS, FORCED, PROGRAMS, SAFETY, SENSORS, SET_POINTS, STOPPABLE } from './targets.ts';

/** Files of a panel that are encrypted, and of the backup that are deleted. */
const ENCRYPTED_FILES = 140;
/** The same where somebody wants to see it soon. */
const LEAST_ENCRYPTED_FILES = 50;
const DELETED_BACKUPS = 12;
/** Hours in which the patient attacker works, so as not to be seen among nobody. */
const WORK_FROM = 8;
const WORK_UNTIL = 17;

class Attacker implements intrusion.Intruder {
  readonly scene: Scene;
  readonly book: Book;
  readonly isPatient: boolean;
  readonly foothold: Station;
  readonly pace: number;
  readonly untilUs: number;
  readonly #unitUs: number;
  #hasCommanded = false;

  constructor(scene: Scene, book: Book, isPatient: boolean, unitUs: number, pace = 1, untilUs = scene.options.endUs) {
    this.scene = scene;
    this.book = book;
    this.isPatient = isPatient;
    this.#unitUs = unitUs;
    this.pace = pace;
    this.untilUs = untilUs;
    this.foothold = scene.pick(scene.plant.office.filter((_, n) => n !== 4));
  }

  *pause(weight: number): Activity {
    yield this.#unitUs * weight * this.scene.uniform(0.7, 1.3);
    if (!this.isPatient) return;
    // Nights and weekends are waited for.
    for (;;) {
      const now = this.scene.nowUs;
      const hour = (now % DAY_US) / HOUR_US;
      const weekday = (Math.floor(now / DAY_US) + 3) % 7;
      if (weekday < 5 && hour >= WORK_FROM && hour < WORK_UNTIL) return;
      yield 17 * MINUTE_US;
    }
  }

  /** How long a touch lasts. */
  #hold(): number {
    return this.#unitUs * this.scene.uniform(0.5, 0.9);
  }

  #move(
    technique: string,
    name: string,
    controllerId: string,
    points: MoveLabel['points'],
    effect: string,
    isCommand = true,
  ) {
    const { scene } = this;
    const first = isCommand && !this.#hasCommanded;
    if (isCommand) this.#hasCommanded = true;
    return this.book.move({
      technique,
      name,
      actorIp: scene.plant.engineering.ip,
      targetIp: controllerId === '' ? '' : scene.station(scene.controller(controllerId)).ip,
      points,
      effect,
      touchesPlant: true,
      isCommand: first,
      variant: this.isPatient ? 'patient' : 'noisy',
    });
  }

  #happen(kind: string, target: string, forUs: number, parameters: Happening['parameters']): void {
    const startS = this.scene.world.timeS;
    this.scene.world.happen({ kind, startS, endS: startS + Math.max(2, forUs / SECOND_US), target, parameters });
  }

  /** Writes one value from the engineering station and, after the hold, the old one. */
  *#writeAndUndo(
    controllerId: string,
    writes: readonly (readonly [name: string, value: number])[],
    holdUs: number,
  ): Activity {
    const { scene } = this;
    const controller = scene.controller(controllerId);
    const before = writes.map(([name]) => [name, controller.read(name)] as const);
    const go = function* (values: readonly (readonly [string, number])[]): Activity {
      const master = yield* connect(scene, scene.plant.engineering, controller);
      for (const [name, value] of values) {
        const t = master.write(scene.nowUs, name, value).endUs;
        yield t - scene.nowUs + SECOND_US;
      }
      master.stream.close(scene.nowUs);
    };
    yield* go(writes);
    yield holdUs;
    yield* go([...before].reverse());
  }

  *program(): Activity {
    const { scene, book } = this;
    const [id, variant] = scene.pick(PROGRAMS);
    const controller = scene.controller(id);
    const move = this.#move(
      'T0843',
      `program ${variant} loaded into ${id}`,
      id,
      [],
      `the logic of ${id} is replaced: ${variant}`,
    );
    const holdUs = this.#hold();
    const master = yield* connect(scene, scene.plant.engineering, controller);
    if (!this.isPatient) yield* identify(scene, master);
    yield* downloadProgram(scene, master, this.isPatient ? 2_600 : 6_000);
    this.#happen('download', id, holdUs, { variant, stopS: 8 });
    master.stream.close(scene.nowUs + SECOND_US);
    yield holdUs;
    // The own program is put back, by the happening's end, and by a second download on the wire.
    const again = yield* connect(scene, scene.plant.engineering, controller);
    yield* downloadProgram(scene, again, 2_600);
    again.stream.close(scene.nowUs + SECOND_US);
    book.finish(move);
  }

  *mode(): Activity {
    const { scene, book } = this;
    const id = scene.pick(STOPPABLE);
    const move = this.#move('T0858', `${id} stopped`, id, [], `${id} does not run: its outputs fall to safe`);
    const master = yield* connect(scene, scene.plant.engineering, scene.controller(id));
    const holdUs = this.isPatient ? 40 * SECOND_US : 3 * this.pace * MINUTE_US;
    changeMode(scene, master, false);
    this.#happen('mode-stop', id, holdUs, {});
    yield holdUs;
    changeMode(scene, master, true);
    master.stream.close(scene.nowUs + SECOND_US);
    yield 2 * SECOND_US;
    book.finish(move);
  }

  *force(): Activity {
    const { scene, book } = this;
    const [id, auto, out, part] = scene.pick(FORCED);
    const { low, high } = scene.controller(id).points.find((p) => p.name === out)!;
    const value = low + (high - low) * part;
    const move = this.#move(
      'T0831',
      `${out} held by hand`,
      id,
      book.points(id, out, auto),
      `${out} is held at ${value} against its loop`,
    );
    yield* this.#writeAndUndo(
      id,
      [
        [auto, 0],
        [out, value],
      ],
      this.#hold() / 2,
    );
    book.finish(move);
  }

  *setPoint(): Activity {
    const { scene, book } = this;
    const [id, name] = scene.pick(SET_POINTS);
    const percent = scene.uniform(this.isPatient ? 0.8 : 2, 5) * (scene.random.uniform() < 0.5 ? -1 : 1);
    const value = scene.controller(id).read(name) * (1 + percent / 100);
    const move = this.#move(
      'T0836',
      `${name} moved by ${percent.toFixed(1)} %`,
      id,
      book.points(id, name),
      `${name} ${percent.toFixed(2)} % off`,
    );
    yield* this.#writeAndUndo(id, [[name, value]], this.#hold());
    book.finish(move);
  }

  *calibration(): Activity {
    const { scene, book } = this;
    const [id, name] = scene.pick(CALIBRATIONS);
    const percent =
      scene.uniform(this.isPatient ? 1 : 2, this.isPatient ? 2.5 : 5) * (scene.random.uniform() < 0.5 ? -1 : 1);
    const gain = `${name}.GAIN`;
    const value = scene.controller(id).read(gain) * (1 + percent / 100);
    const effect = `${name} reads ${percent.toFixed(2)} % of its value wrong`;
    const move = this.#move(
      'T0836',
      `calibration of ${name} changed by ${percent.toFixed(1)} %`,
      id,
      book.points(id, gain, name),
      effect,
    );
    yield* this.#writeAndUndo(id, [[gain, value]], 1.5 * this.#hold());
    book.finish(move);
  }

  /** A signal is falsified inside the controller, by logic that is there already: nothing is seen of it on the wire. */
  *falsify(kind: string, technique: string, parameters: Happening['parameters'], effect: string, factor = 1): Activity {
    const [id, name] = this.scene.pick(SENSORS);
    const move = this.#move(
      technique,
      `${kind} of ${name}`,
      id,
      this.book.points(id, name),
      `${name}: ${effect}`,
      false,
    );
    const holdUs = factor * this.#hold();
    this.#happen(kind, name, holdUs, parameters);
    yield holdUs;
    this.book.finish(move);
  }

  *safety(): Activity {
    const { scene, book } = this;
    const name = scene.pick(SAFETY);
    const bypass = `${name}.BYP`;
    const effect = `the safety function ${name} does not trip`;
    const move = this.#move('T0837', `${name} bypassed`, 'plc-safety', book.points('plc-safety', bypass), effect);
    yield* this.#writeAndUndo('plc-safety', [[bypass, 1]], this.#hold());
    book.finish(move);
  }

  /** A small computer on a free port of the control network reads everything, then writes a set point. */
  *rogue(): Activity {
    const { scene, book } = this;
    const { rogue, core } = scene.plant;
    const [id, name] = scene.pick(SET_POINTS);
    const controller = scene.controller(id);
    const value = controller.read(name);
    const move = book.move({
      technique: 'T0848',
      name: 'rogue device on the control network',
      actorIp: rogue.ip,
      targetIp: scene.station(controller).ip,
      points: book.points(id, name),
      effect: `${name} 3 % off while it is there`,
      touchesPlant: true,
      isCommand: false,
      variant: this.isPatient ? 'patient' : 'noisy',
    });
    if (!this.isPatient) dhcpLease(scene, scene.nowUs, rogue, core.control, scene.plant.domain);
    yield SECOND_US;
    arp(scene, scene.nowUs, rogue, scene.station(controller));
    yield SECOND_US;
    const master = yield* connect(scene, rogue, controller);
    for (let n = 0; n < (this.isPatient ? 5 : 40); n++) {
      master.poll(scene.nowUs);
      yield 5 * this.pace * SECOND_US;
    }
    master.write(scene.nowUs, name, value * 1.03);
    yield this.#hold() / 2;
    master.write(scene.nowUs, name, value);
    yield SECOND_US;
    master.stream.close(scene.nowUs);
    book.finish(move);
  }

  *firmware(): Activity {
    const { scene, book } = this;
    const controller = scene.pick(scene.controllers.filter((c) => c.family === 'cip'));
    const move = this.#move(
      'T0857',
      `firmware of ${controller.id} replaced`,
      controller.id,
      [],
      `${controller.id} restarts`,
    );
    const master = yield* connect(scene, scene.plant.engineering, controller);
    if (master instanceof CipMaster) yield* updateFirmware(scene, master, this.isPatient ? 24_000 : 60_000);
    const station = scene.station(controller);
    const downUs = 25 * this.pace * SECOND_US;
    this.#happen('controller-restart', controller.id, downUs, {});
    master.stream.reset(scene.nowUs, true);
    yield 100_000;
    scene.packets.silent.add(station);
    yield downUs;
    scene.packets.silent.delete(station);
    book.finish(move);
  }

  /** Backups first, then the panels: files written whole and renamed, one after the other as fast as it goes. */
  *encrypt(): Activity {
    const { scene, book } = this;
    const { plant } = scene;
    const from = plant.engineering;
    const login = { user: 'administrator', domain: 'PLANT', host: from.name.toUpperCase() };
    const common = {
      actorIp: from.ip,
      points: [],
      isCommand: false,
      variant: this.isPatient ? 'patient' : 'noisy',
    } as const;
    const gone = book.move({
      ...common,
      technique: 'T1490',
      name: 'backups deleted',
      targetIp: plant.backup.ip,
      effect: 'nothing to restore from',
      touchesPlant: false,
    });
    const backups = new SmbClient(scene, from, plant.backup);
    let t = backups.connect(backups.login(backups.open(scene.nowUs), login), `\\\\${plant.backup.name}\\backup`);
    for (let n = 0; n < DELETED_BACKUPS; n++) {
      t = backups.create(t, `scada-01\\2026-02-${String(28 - n).padStart(2, '0')}.vhdx`, OPEN, 700_000, 0x0001_0000);
      t = backups.close(backups.remove(t));
      yield t - scene.nowUs + 200_000;
      t = scene.nowUs;
    }
    backups.end(t);
    book.finish(gone);
    yield this.pace * MINUTE_US;
    const files = Math.max(LEAST_ENCRYPTED_FILES, Math.round(this.pace * ENCRYPTED_FILES));
    for (const hmi of plant.hmis) {
      const move = book.move({
        ...common,
        technique: 'T1486',
        name: `${hmi.name} encrypted`,
        targetIp: hmi.ip,
        effect: `${hmi.name} stops polling; nobody sees or operates its part of the line`,
        touchesPlant: true,
      });
      const smb = new SmbClient(scene, from, hmi);
      t = smb.connect(smb.login(smb.open(scene.nowUs), login), `\\\\${hmi.name}\\C$`);
      for (let n = 0; n < files; n++) {
        const size = scene.random.integer(2_000, 9_000);
        const name = `Projects\\line\\screen-${n}.fwx`;
        t = smb.read(smb.create(t, name, OPEN, size), size);
        t = smb.rename(smb.write(t, size), `${name}.locked`);
        t = smb.close(t);
        yield t - scene.nowUs + this.pace * 60_000;
        t = scene.nowUs;
      }
      t = smb.write(smb.create(t, 'Projects\\READ_ME.txt', CREATE, 900), 900);
      smb.end(smb.close(t));
      // The panel's program dies with its files.
      scene.packets.silent.add(hmi);
      yield 20 * this.pace * SECOND_US;
      book.finish(move);
    }
  }

  *campaign(): Activity {
    yield* intrusion.phish(this);
    yield* this.pause(0.2);
    intrusion.beacon(this);
    yield* this.pause(0.6);
    const { scene, foothold } = this;
    yield* intrusion.scan(
      this,
      foothold,
      intrusion.reachable(scene, 'office').slice(0, this.isPatient ? 12 : 44),
      [445, 3389],
    );
    yield* this.pause(0.6);
    yield* intrusion.stealLogins(this);
    yield* this.pause(0.6);
    yield* intrusion.moveIn(this);
    const inside = [...intrusion.reachable(scene, 'operations'), ...intrusion.reachable(scene, 'control')];
    const ports = this.isPatient ? [445] : [445, 3389, 502, 102, 44_818, 4840];
    yield* intrusion.scan(this, scene.plant.historian, inside.slice(0, this.isPatient ? 8 : inside.length), ports);
    yield* this.pause(0.6);
    yield* intrusion.lookAround(this);
    yield* this.pause(1);
    const acts: readonly (() => Activity)[] = [
      () => this.setPoint(),
      () => this.calibration(),
      () => this.program(),
      () => this.falsify('sensor-freeze', 'T0856', {}, 'stands still while the process moves'),
      () => this.force(),
      () =>
        this.falsify(
          'sensor-drift',
          'T0856',
          { perHour: this.isPatient ? 1.5 : 8, most: 6 },
          'is drawn away slowly',
          2,
        ),
      () => this.mode(),
      () =>
        this.falsify('sensor-replay', 'T0856', { lengthS: 1200, where: 'view' }, 'an earlier stretch is shown again'),
      () => this.safety(),
      () => this.calibration(),
      () => this.falsify('sensor-junk', 'T0856', { as: 'random' }, 'becomes nonsense', 0.3),
      () => this.firmware(),
      () => this.rogue(),
    ];
    for (const act of acts) {
      yield* act();
      yield* this.pause(1);
    }
    yield* this.encrypt();
  }
}

/** Parts of the run after which the attack begins, and in which the noisy one is over. */
const BEGINS = 0.3;
/** Pauses and holds of the whole campaign, in units: the time it takes is this many of them. */
const CAMPAIGN_UNITS = 44;
/** Part of the patient attacker's time that lies in working hours. */
const WORKING = 0.27;

/** Begins the attack: after a day where the run is long enough to have learned one, else after a third of it. */
export const attack = (scene: Scene, book: Book, isPatient: boolean): void => {
  const { startUs, endUs } = scene.options;
  const length = endUs - startUs;
  const fromUs = startUs + (length > 1.5 * DAY_US ? DAY_US + 8.5 * HOUR_US : length * BEGINS);
  const left = endUs - fromUs;
  const unitUs = isPatient
    ? Math.max(2 * MINUTE_US, (left * WORKING) / CAMPAIGN_UNITS)
    : Math.min(12 * MINUTE_US, (left * 0.9) / CAMPAIGN_UNITS);
  const attacker = new Attacker(scene, book, isPatient, unitUs);
  scene.clock.begin(fromUs, () => attacker.campaign());
};

/** What the campaign takes beside its pauses and holds where nobody is in a hurry: sessions, restarts, files. */
const UNHURRIED_US = 16 * MINUTE_US;
/** Most of a staged attack's time that goes into that. */
const UNHURRIED_PART = 0.5;

/** The noisy attack at once, over in about `lengthUs`: for people who want to see what it looks like. */
export const stageAttack = (scene: Scene, book: Book, lengthUs: number): void => {
  const pace = Math.min(1, (lengthUs * UNHURRIED_PART) / UNHURRIED_US);
  const unitUs = (lengthUs - pace * UNHURRIED_US) / CAMPAIGN_UNITS;
  const attacker = new Attacker(scene, book, false, unitUs, pace, scene.nowUs + lengthUs);
  scene.clock.begin(scene.nowUs, () => attacker.campaign());
};
