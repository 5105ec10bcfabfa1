/** axe-core in a page of the browser tests: WCAG 2.1 A and AA and good practice, as far as a machine can see. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const sourceOf = (): string | undefined => {
  try {
    return readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  } catch {
    return undefined;
  }
};
const source = sourceOf();
/** False: axe-core is not installed. */
export const hasAxe = source !== undefined;

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/** Violations of whatever impact, one line for each rule with the first elements that break it. */
export const violationsOf = async (page: Page): Promise<string[]> => {
  // The console's content policy forbids scripts of others: it is evaluated, not added to the page.
  if (source === undefined) throw new Error('axe-core is not installed: npm ci');
  await page.evaluate(source);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: (root: Document, options: object) => Promise<{ violations: Violation[] }> };
    };
    const answer = await axe.run(document, {
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] },
      // Rules that axe itself holds back as not ripe for all pages.
      rules: { 'label-content-name-mismatch': { enabled: true } },
      resultTypes: ['violations'],
    });
    return answer.violations;
  });
  return violations.map(
    (v) =>
      `${v.id} (${v.impact}, ${v.nodes.length}): ${v.nodes
        .slice(0, 3)
        .map((n) => `${n.target.join(' ')} [${(n.failureSummary ?? '').split('\n').slice(1, 3).join(' ').trim()}]`)
        .join('; ')}`,
  );
};
