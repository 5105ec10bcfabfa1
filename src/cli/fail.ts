/** How every command ends when something is wrong: one sentence, what to do, and an exit code of a documented class. */
import { RequestError } from '../app/engine-contract.ts';
import { EXIT, errorLine, OperatingError } from '../core/errors.ts';
import { complain } from './say.ts';

export const EXIT_CODES_HELP = `
Exit codes:
  0  done
  1  something else went wrong
  2  the command was used wrongly (options, names)
  3  the input cannot be read, is no capture, or ends early because it is cut or damaged (inspect prints what was read)
  4  rights or a tool are missing
  5  a port or the data folder is in use
  6  the store: full disk, damaged or newer database
`;

/** Prints the error and gives the exit code. */
export const report = (error: unknown): number => {
  if (error instanceof OperatingError) {
    const url = error.details.url;
    const reach = typeof url === 'string' && url !== '' ? ` It answers at ${url}.` : '';
    complain(`${errorLine(error)}${reach}`);
    return error.exitCode;
  }
  const { code, message } = error as { code?: string; message?: string };
  if (typeof code === 'string' && code === 'EPIPE') return EXIT.ok;
  if (error instanceof RequestError) {
    complain(`${message} ${error.whatToDo} [${code}]`);
    return error.code === 'input-invalid' ? EXIT.input : EXIT.other;
  }
  complain(message ?? String(error));
  if (process.env.GATEHOUSE_DEBUG !== undefined) process.stderr.write(`${(error as Error).stack ?? ''}\n`);
  return EXIT.other;
};

/** Makes a file: what the system says against it is told as an operating error. */
export const writing = async <R>(path: string, work: () => Promise<R>): Promise<R> => {
  try {
    return await work();
  } catch (error) {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw error;
    throw new OperatingError('output.unwritable', { path, detail: message }, { cause: error });
  }
};
