/**
 * Child of the kill -9 test: goes on with a live site of many controllers in the data folder given as argument, by frame
 * time as fast as it can, saves as the engine does, and prints the frame time it has reached and what is acknowledged.
 */
import { writeSync } from 'node:fs';
import { openStore } from '../../../store/index.ts';
import { LEARNER } from '../learner.ts';
import { feedUntil, liveSite, SAVE_US, STEP_US } from './many-cells.ts';

const nowUs = (): number => 1;
const store = await openStore(process.argv[2]!, { nowUs });
const site = await liveSite(store, LEARNER);
const { runtime, detection } = await site.load();
// Readings are at whole steps; rows may be taken in between.
let reachedUs = Math.floor(Math.max(0, ...detection.feed.cells.map((cell) => cell.rows.lastUs)) / STEP_US) * STEP_US;
for (;;) {
  reachedUs = feedUntil(runtime, detection, reachedUs, reachedUs + SAVE_US);
  // Synchronous, so that what is printed was done and what was done is printed.
  writeSync(1, `reached ${reachedUs}\n`);
  await site.save(reachedUs);
  const armed = detection.feed.cells.filter((cell) => cell.isArmed).length;
  writeSync(1, `saved ${reachedUs} ${detection.feed.cells.length} ${armed}\n`);
}
