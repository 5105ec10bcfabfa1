/** `npm run evaluate -- DIR [--json] [--learner FILE[#EXPORT]] [--case TEXT] [--tamper batadal|all|none] [--seed N] [--misses]` */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CellLearner } from '../../src/core/process.ts';
import { given } from '../usage.ts';
import { findCases } from './cases.ts';
import { evaluate, FIRST_SEED } from './evaluate.ts';
import { summaryOf, tableOf } from './report.ts';

const { values, positionals } = given(import.meta.url, {
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    learner: { type: 'string', default: 'src/learn/process/index.ts' },
    case: { type: 'string', default: '' },
    tamper: { type: 'string', default: 'batadal' },
    seed: { type: 'string', default: String(FIRST_SEED) },
    misses: { type: 'boolean', default: false },
  },
});
const dir = positionals[0];
if (dir === undefined || !existsSync(dir)) {
  console.error('evaluate: name a folder of labelled cases: npm run evaluate -- ../shared/process');
  process.exit(2);
}
const tamper = values.tamper;
if (tamper !== 'batadal' && tamper !== 'all' && tamper !== 'none') {
  console.error('evaluate: --tamper is batadal, all or none');
  process.exit(2);
}
const [file, name = 'learner'] = values.learner.split('#');
const loaded = (await import(pathToFileURL(resolve(file!)).href)) as Record<string, CellLearner | undefined>;
const learner = loaded[name];
if (learner === undefined || typeof learner.fit !== 'function') {
  console.error(`evaluate: ${file} has no learner called ${name}`);
  process.exit(2);
}
const { cases, problems } = findCases(dir);
for (const p of problems) console.error(`evaluate: ${p}`);
const chosen = cases.filter((c) => c.name.includes(values.case));
if (chosen.length === 0) {
  console.error(
    `evaluate: no case below ${dir}: a case is a folder with train.csv, test.csv and labels.json (docs/reference/evaluation.md)`,
  );
  process.exit(2);
}
const result = evaluate(learner, chosen, {
  tamper,
  seed: Number(values.seed),
  ...(process.stderr.isTTY ? { done: (what: string) => process.stderr.write(`${what}\n`) } : {}),
});
if (values.json) console.log(JSON.stringify({ cases: result.cases, summary: summaryOf(result) }));
else {
  console.log(`learner: ${learner.name}\n${tableOf(result)}`);
  if (values.misses)
    for (const [where, t] of result.outcomes)
      for (const o of t.outcomes.filter((x) => x.detectable && !(x.detected && x.named)))
        console.log(
          `${where} ${o.kind} ${o.point} row ${o.startRow} seed ${o.seed} D ${o.d.toFixed(1)}: ${o.detected ? 'found, another point named' : 'missed'}`,
        );
}
if (problems.length > 0) process.exitCode = 1;
