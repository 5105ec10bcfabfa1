import { describe, expect, it } from 'vitest';
import {
  ERRORS,
  type ErrorCode,
  EXIT,
  errorLine,
  OperatingError,
  WARNINGS,
  type WarningCode,
  warningText,
} from './errors.ts';

describe('operating errors', () => {
  it('say what happened, what to do, and end with the exit code of their class', () => {
    const error = new OperatingError('port-in-use', { host: '127.0.0.1', port: 8443 });
    expect(error.message).toBe('Port 8443 on 127.0.0.1 is in use by another program.');
    expect(error.exitCode).toBe(5);
    expect(errorLine(error)).toBe(
      'Port 8443 on 127.0.0.1 is in use by another program. Choose another with --port, or stop the other program. [port-in-use]',
    );
  });
  it('fill their places once: a detail cannot bring places of its own', () => {
    const error = new OperatingError('input.unreadable', { path: '{detail}', detail: 'x' });
    expect(error.message).toBe('{detail} cannot be read: x.');
  });
  for (const code of Object.keys(ERRORS) as ErrorCode[])
    it(`${code}: a sentence and an advice`, () => {
      const { message, whatToDo, exit } = ERRORS[code];
      expect(whatToDo).toMatch(/\.$|--data\.$/);
      expect(message.length).toBeGreaterThan(5);
      expect(EXIT[exit]).toBeGreaterThan(0);
    });
  for (const code of Object.keys(WARNINGS) as WarningCode[])
    it(`${code}: a sentence`, () => {
      expect(warningText(code, {})).toMatch(/^[A-Z{].*\.$/);
    });
});
