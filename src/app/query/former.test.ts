/** Links that were written down: an alert and an incident are found by the id that they had before an earlier finding joined. */
import { describe, expect, it } from 'vitest';
import { alertById } from './findings.ts';
import { incidentById } from './incidents.ts';
import type { SiteView } from './view.ts';

/** Finding `late` opened an alert and an incident; `early` joined both and gives them their ids now. */
const view = {
  detection: {
    triage: {
      picture: () => ({
        alerts: [{ id: 'a-other' }, { id: 'a-early' }],
        alertOf: new Map([
          ['early', 'a-early'],
          ['late', 'a-early'],
        ]),
        incidents: [{ id: 'i-early' }],
        incidentOf: new Map([
          ['early', 'i-early'],
          ['late', 'i-early'],
        ]),
      }),
    },
  },
} as unknown as SiteView;

describe('a former id', () => {
  it('leads to what it became a part of', () => {
    expect(alertById(view, 'a-early').id).toBe('a-early');
    expect(alertById(view, 'a-late').id).toBe('a-early');
    expect(incidentById(view, 'i-late').id).toBe('i-early');
  });
  it('leads nowhere where there never was one', () => {
    expect(() => alertById(view, 'a-none')).toThrow('There is no such alert.');
    expect(() => incidentById(view, 'none')).toThrow('There is no such incident.');
  });
});
