/** Findings in sentences: names stay as the plant writes them, sentences begin as sentences do. */
import { expect, it } from 'vitest';
import type { Part } from '../core/finding.ts';
import { finding } from './testing/findings.ts';
import { fill, type Naming } from './words.ts';

const naming: Naming = {
  endpoint: () => 'rogue',
  point: () => 'ns=2;s=C-801.I',
  protocol: (name) => (name === 'modbus' ? 'Modbus/TCP' : name),
  time: () => 'now',
};

it('does not change the first letter of a name', () => {
  const f = finding(0, { kind: 'point.junk', target: 3, point: 4 });
  expect(fill('{point} sends values that cannot be', f, naming)).toBe('ns=2;s=C-801.I sends values that cannot be');
  expect(fill('{target} answers', f, naming)).toBe('rogue answers');
  expect(fill('polling of {target} has stopped', f, naming)).toBe('Polling of rogue has stopped');
});

it('tells protocols as people write them, and says where none was decoded', () => {
  const of = (...protocols: string[]) =>
    fill('by {protocol}', finding(0, { kind: 'x', parts: { protocol: { kind: 'protocols', protocols } } }), naming);
  expect(of('modbus')).toBe('By Modbus/TCP');
  expect(of('tcp port 4840', '')).toBe('By tcp port 4840 and a protocol that is not decoded');
});

it('leaves out what may be missing, and says that the rest is not known', () => {
  const f = finding(0, { kind: 'x', parts: { more: { kind: 'text', text: ' Twice.' } } });
  expect(fill('It wrote.{more?}{doubt?} {usual} did.', f, naming)).toBe('It wrote. Twice. not known did.');
});

it('tells a value with the unit of its point, and with the figures that it takes', () => {
  const of = (part: Extract<Part, { kind: 'number' }>, unit = 'm') =>
    fill('{x}', finding(0, { kind: 'x', parts: { x: part } }), {
      ...naming,
      unit: (point) => (point === 4 ? unit : ''),
    });
  const value = 17.94021;
  expect(of({ kind: 'number', value, unit: '' })).toBe('17.94');
  expect(of({ kind: 'number', value, unit: '', of: 4 })).toBe('17.94 m');
  expect(of({ kind: 'number', value, unit: '', of: 4 }, '%')).toBe('17.94%');
  expect(of({ kind: 'number', value, unit: '', of: 5 })).toBe('17.94');
  expect(of({ kind: 'number', value, unit: 's', of: 4, digits: 6 })).toBe('17.9402 s');
});
