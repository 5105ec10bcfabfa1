import { expect, it } from 'vitest';
import { byProtocols, oddity, protocolIn, valueText } from './parts.ts';

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

it('leaves out what protocols are carried in, unless it is all that was seen', () => {
  expect(byProtocols(['cotp', 's7comm'])).toEqual({ kind: 'protocols', protocols: ['s7comm'] });
  expect(byProtocols(['tls'])).toEqual({ kind: 'protocols', protocols: ['tls'] });
  expect([byProtocols(['s7comm']), { kind: 'text' as const, text: 's7comm' }].map(protocolIn)).toEqual([
    's7comm',
    's7comm',
  ]);
  expect(protocolIn(undefined)).toBeUndefined();
});

it('says what a decoder found odd without its own name', () => {
  expect(oddity('tls.weak-cipher')).toBe('weak cipher');
  expect(oddity('truncated')).toBe('truncated');
});
