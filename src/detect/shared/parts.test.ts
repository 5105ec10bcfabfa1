import { expect, it } from 'vitest';
import { valueText } from './parts.ts';

it.each([
  [516.560791015625, '516.5608'],
  [0.1, '0.1'],
  [Math.fround(0.1), '0.1'],
  [-2.5, '-2.5'],
  [123_456_789, '123456789'],
  [18446744073709551615n, '18446744073709551615'],
  [Number.NaN, 'NaN'],
  [true, 'true'],
  ['run', 'run'],
])('the value %s is told as %s', (value, text) => {
  expect(valueText(value)).toBe(text);
});
