/** `npm test -- [vitest arguments]`: dependencies, build, then all tests; ends with a line of totals. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureAll, root } from './project.mjs';

await ensureAll();
const report = join(tmpdir(), `gatehouse-tests-${process.pid}.json`);
const done = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
let code = done.status ?? 1;
try {
  const r = JSON.parse(readFileSync(report, 'utf8'));
  const skipped = r.numPendingTests + r.numTodoTests;
  // A test file that does not load fails without a test to its name.
  const broken = r.testResults.filter((t) => t.status === 'failed' && t.assertionResults.length === 0).length;
  const failed = r.numFailedTests + broken;
  if (failed > 0 && code === 0) code = 1;
  if (process.env.CI === 'true' && skipped > 0) {
    process.stderr.write(`${skipped} tests were skipped; in CI every test must run.\n`);
    for (const file of r.testResults)
      for (const t of file.assertionResults)
        if (t.status === 'pending' || t.status === 'skipped') process.stderr.write(`  skipped: ${t.fullName}\n`);
    code = code || 1;
  }
  process.stdout.write(
    `tests: ${r.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
  );
} catch (error) {
  process.stderr.write(`the test run left no report: ${error.message}\n`);
  code = code || 1;
} finally {
  rmSync(report, { force: true });
}
process.exit(code);
