import { expect, it } from 'vitest';
import type { AlertRow } from '../../../api/alerts.ts';
import { alertInShort } from './in-short.ts';

const of = (over: Partial<AlertRow>): string =>
  alertInShort({ impact: 'uptime', certainty: 'certain', open: true, window: null, ...over } as AlertRow).join(' ');

it('an alert in short says what it can touch, how sure it is, and that it falls into planned work', () => {
  expect(of({})).toBe('If it was not meant, the line can stop. The frames themselves show it.');
  expect(of({ impact: 'safety', certainty: 'likely', open: false })).toBe(
    'If it was not meant, people can come to harm. It is a conclusion from what was seen, and could be something else, and it is over.',
  );
  expect(of({ impact: 'none', window: { id: 'w', text: 'new panel', overrun: false } })).toContain(
    'It falls into planned work: new panel.',
  );
  expect(of({ window: { id: 'w', text: 'new panel', overrun: true } })).toContain('after the end of planned work');
});
