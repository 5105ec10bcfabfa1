/**
 * `npm run bench:process -- [DIR]`: what the process guard costs. One cell is learned from the training rows of the widest
 * case below DIR, then brought back as many times as make 5,000 points; rows go to the cells in turn, so that no cell stays
 * in the processor's cache by itself. Processor time of one core, not wall time.
 */
import { processLearner } from '../../src/learn/process/index.ts';
import { findCases, readTrain } from './cases.ts';

/** Points watched at once, and rows given to each cell. */
const POINTS = 5000;
const ROWS = 40;

const cpuS = (): number => {
  const used = process.cpuUsage();
  return (used.user + used.system) / 1e6;
};
const dir = process.argv[2] ?? '../shared/process';
const trains = [...new Set(findCases(dir).cases.map((c) => c.trainPath))].map((path) => readTrain(path).table);
const table = trains.sort((a, b) => b.columns.length * b.count - a.columns.length * a.count)[0];
if (table === undefined) {
  console.error(`bench: no case below ${dir}`);
  process.exit(2);
}
const width = table.columns.length;
const cells = Math.ceil(POINTS / width);
let at = cpuS();
const trained = processLearner.fit(table);
const fitS = cpuS() - at;
const saved = trained.save();
/** Collections until what lives is known: buffers of arrays that are gone, and code that is compiled meanwhile, count for some of them. */
const ROUNDS = 10;
const living = async (): Promise<number> => {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, heapUsed + arrayBuffers);
  }
  return least;
};
// The row that follows, as a process that goes on shows it: what deviates is told with texts, of a few cells at a time.
const row = Float64Array.from(table.columns, (column) => column[table.count - 1]!);
const nextUs = table.tsUs[table.count - 1]! + table.tsUs[1]! - table.tsUs[0]!;
const band = { expected: new Float64Array(width), low: new Float64Array(width), high: new Float64Array(width) };
const begin = (model: ReturnType<typeof processLearner.restore>): void => {
  model.score(nextUs, row);
  model.expected!(band);
};
// What the first ones take in code, as it is compiled and compiled better, is nobody's memory of a point.
for (let i = 0; i < cells; i++) begin(processLearner.restore(saved));
const before = await living();
at = cpuS();
const models = Array.from({ length: cells }, () => processLearner.restore(saved));
// A model that was not asked yet is octets: what it takes from its first row on counts.
for (const model of models) begin(model);
const restoreS = cpuS() - at;
const after = await living();
const run = (from: number): void => {
  for (let i = from; i < from + ROWS; i++)
    for (const model of models) {
      for (let p = 0; p < width; p++) row[p] = table.columns[p]![i % table.count]!;
      model.score(table.tsUs[table.count - 1]! + (i + 1) * (table.tsUs[1]! - table.tsUs[0]!), row);
      // As the engine does with each row that is judged.
      model.expected!(band);
    }
};
run(0);
at = cpuS();
run(ROWS);
const perSampleUs = ((cpuS() - at) * 1e6) / (ROWS * cells * width);
at = cpuS();
for (const model of models) model.save();
const saveS = cpuS() - at;
const bytes = (after - before) / (cells * width);
console.log(
  [
    `${cells} cells of ${width} points`,
    `score and expected band ${perSampleUs.toFixed(2)} us a sample, ${Math.round(1e6 / perSampleUs)} samples/s (goal 1 us; 100,000 samples/s)`,
    `state ${Math.round(trained.bytesPerPoint)} octets a point by count, ${globalThis.gc ? Math.round(bytes) : 'not measured (--expose-gc)'} in the heap, with all that the engine adds (goal 2,048)`,
    `save ${saveS.toFixed(2)} s, restore and first row ${restoreS.toFixed(2)} s, ${Math.round((saved.length * cells) / 1e6)} MB (goal 2 s)`,
    `learn ${fitS.toFixed(1)} s for ${table.count} rows of one cell`,
  ].join('\n'),
);
