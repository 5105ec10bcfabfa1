/** Command lines of the tools in this folder: what a tool takes stands at the head of its file, and is what `--help` prints. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The first comment of a file, without its stars. */
export const headOf = (url: string): string => {
  const [, head = ''] = /\/\*\*(.*?)\*\//s.exec(readFileSync(fileURLToPath(url), 'utf8')) ?? [];
  return head
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
};

/**
 * What was given, as `parseArgs` says it. Prints the head of the tool and ends with 0 where it was asked for, with 2 and what is
 * wrong where something is.
 */
export const given = <const T extends ParseArgsConfig>(url: string, config: T): ReturnType<typeof parseArgs<T>> => {
  if (process.argv.includes('--help')) {
    console.log(headOf(url));
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${headOf(url)}`);
    process.exit(2);
  }
};
