/** Findings in sentences: names stay as the plant writes them, sentences begin as sentences do. */
import { expect, it } from 'vitest';
import { finding } from './testing/findings.ts';
import { fill, type Naming } from './words.ts';

const naming: Naming = { endpoint: () => 'rogue', point: () => 'ns=2;s=C-801.I', time: () => 'now' };

it('does not change the first letter of a name', () => {
  const f = finding(0, { kind: 'point.junk', target: 3, point: 4 });
  expect(fill('{point} sends values that cannot be', f, naming)).toBe('ns=2;s=C-801.I sends values that cannot be');
  expect(fill('{target} answers', f, naming)).toBe('rogue answers');
  expect(fill('polling of {target} has stopped', f, naming)).toBe('Polling of rogue has stopped');
});
