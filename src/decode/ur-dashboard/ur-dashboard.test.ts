import { describe, expect, it } from 'vitest';
import { contextOf, down, drive, hostile, sameInPieces, textBytes, up } from '../../../test/decoding.ts';
import { urDashboard } from './index.ts';

const on29999 = { carrier: 'tcp', serverPort: 29_999 };
const line = (t: string) => textBytes(`${t}\n`);
const conversation = [
  down(line('Connected: Universal Robots Dashboard Server')),
  up(line('PolyscopeVersion')),
  down(line('URSoftware 5.11.1.108318')),
  up(line('load cell4.urp')),
  down(line('Loading program: cell4.urp')),
  up(line('play')),
  down(line('Failed to execute: play')),
  up(line('Unlock protective stop')),
  down(line('Protective stop releasing')),
];

describe('ur-dashboard', () => {
  it('tells who loads and starts what, and what the robot refused', () => {
    const run = drive(urDashboard, conversation, on29999);
    expect(run.malformed).toEqual([]);
    expect(run.commands.map((c) => [c.verb, c.operation, c.object, c.outcome, c.reason])).toEqual([
      ['read', 'polyscopeversion', undefined, 'accepted', undefined],
      ['program-download', 'load', 'cell4.urp', 'accepted', undefined],
      ['mode-change', 'play', undefined, 'refused', 'Failed to execute: play'],
      ['control', 'unlock protective stop', undefined, 'accepted', undefined],
    ]);
    expect(run.identities.map((i) => i.value)).toEqual(['Universal Robots', 'URSoftware 5.11.1.108318']);
    expect(run.sessions).toMatchObject([{ phase: 'open', detail: 'robot dashboard' }]);
  });
  it('is known by its greeting on any port', () => {
    const greeting = conversation[0]!.bytes;
    const elsewhere = contextOf({ carrier: 'tcp', serverPort: 4000 });
    expect(urDashboard.probe(greeting, 0, greeting.length, elsewhere)).toBe('sure');
    expect(urDashboard.probe(line('play'), 0, 5, elsewhere)).toBe('no');
  });
  it('gives the same however TCP cuts it', () => sameInPieces(urDashboard, conversation, on29999));
  it('survives anything', () => hostile(urDashboard, [conversation], on29999));
});
