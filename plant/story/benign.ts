/**
 * Puts the benign disturbances of the process on the network: a planned update is a download inside its window, a restart is
 * a silence after which masters connect again; the rest is seen in the values alone. All are labelled.
 */
import { connect, downloadProgram } from '../network/engineering.ts';
import { type Scene, SECOND_US } from '../network/scene.ts';
import type { Book } from './book.ts';
import { type Disturbance, disturbancesBetween } from './disturbances.ts';
import { operationsBetween } from './life.ts';
import { clockChanges, earlierUs } from './summer-time.ts';
import type { Twin } from './twin.ts';

const onTheWire = (scene: Scene, d: Disturbance): void => {
  const { clock, packets, plant } = scene;
  const startUs = scene.at(d.startS);
  if (d.kind === 'controller-restart') {
    const station = scene.station(scene.controller(d.controller));
    clock.once(startUs, () => packets.silent.add(station));
    clock.once(scene.at(d.endS), () => packets.silent.delete(station));
  } else if (d.kind === 'planned-download')
    clock.begin(startUs - 5 * SECOND_US, function* () {
      const master = yield* connect(scene, plant.engineering, scene.controller(d.controller));
      yield* downloadProgram(scene, master, 4_000);
      master.stream.close(scene.nowUs + SECOND_US);
    });
};

export const benign = (scene: Scene, book: Book, twin: Twin | undefined): void => {
  const { startUs, endUs, seed } = scene.options;
  const startS = Math.floor(startUs / SECOND_US);
  for (const d of disturbancesBetween(seed, startS, 0, (endUs - startUs) / SECOND_US)) {
    if (d.happening !== undefined) {
      scene.world.happen(d.happening);
      twin?.happen(d.happening);
    }
    onTheWire(scene, d);
    const first = d.controller === '' ? undefined : scene.station(scene.controller(d.controller));
    // Ordinary life goes by people's clocks.
    const earlier = d.happening === undefined ? earlierUs(startUs, scene.at(d.startS)) : 0;
    book.disturbance({
      kind: d.kind,
      startUs: scene.at(d.startS) - earlier,
      endUs: Math.min(endUs, scene.at(d.endS) - earlier),
      targetIp: first?.ip ?? '',
      points: d.points.flatMap((name) => book.pointsNamed(name)),
      text: d.text,
      expected: d.expected,
      as: d.as,
      ...(d.window === undefined
        ? {}
        : { window: { startUs: scene.at(d.window.startS), endUs: scene.at(d.window.endS), text: d.window.text } }),
    });
  }
  for (const change of clockChanges(startUs, endUs)) {
    const [fromS, toS] = [change.startUs, change.endUs].map((us) => (us - startUs) / SECOND_US) as [number, number];
    const written = new Set(operationsBetween(seed, startS, fromS, toS).map((o) => o.point));
    book.disturbance({
      kind: 'summer-time',
      ...change,
      targetIp: '',
      points: [...written].flatMap((name) => book.pointsNamed(name)),
      expected: 'quiet',
      as: [],
    });
  }
};
