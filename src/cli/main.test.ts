import { expect, it } from 'vitest';
import { misplaced, program } from './main.ts';

it('a file or folder in the place of a command is told how to be opened', () => {
  const root = program(() => undefined);
  const file = 'package.json';
  expect(misplaced(root, file)).toBe(
    'package.json is a file, not a command. Open it with "gatehouse start package.json", or print what is in it with "gatehouse inspect package.json".',
  );
  expect(misplaced(root, 'docs')).toBe('docs is a folder, not a command. Open it with "gatehouse start docs".');
  // `plant` is a folder here too.
  for (const word of [undefined, '--help', 'plant', 'start', 'nothing.pcap'])
    expect(misplaced(root, word)).toBe(undefined);
});
