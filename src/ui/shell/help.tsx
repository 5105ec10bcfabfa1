/** What the keyboard does. */
import { PAGES } from './pages.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['Ctrl K', 'Find an asset, a point, a page, an action'],
  ['/', 'Filter the list'],
  ['j  k', 'Next, previous row'],
  ['Enter  o', 'Open the row'],
  ['x', 'Select the row (to merge, to close); fold a process cell'],
  ['→  ←', 'Open, close a line that stands for several (the alerts of an incident)'],
  ['e', 'Open the evidence of the row'],
  ['a  t  v', 'Alert: acknowledge, take, review; incident: acknowledge all of it, take'],
  ['1 … 4', 'Review: the verdict; Ctrl Enter records it, and the next alert opens'],
  ['r', 'Fetch the list again'],
  ['[  ]', 'Previous, next frame (in evidence)'],
  ['f  n', 'Map: show everything; only the peers of the choice'],
  ['Esc', 'Close, deselect'],
  ['?', 'This help'],
];
export const KeyHelp = () => (
  <div style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(240px, 1fr))', gap: 24 }}>
    <dl className="kv">
      {KEYS.map(([k, what]) => (
        <div key={k} style={{ display: 'contents' }}>
          <dt>
            <kbd>{k}</kbd>
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
    <dl className="kv">
      {PAGES.map((p) => (
        <div key={p.key} style={{ display: 'contents' }}>
          <dt>
            <kbd>g</kbd> <kbd>{p.key}</kbd>
          </dt>
          <dd>
            {p.label} <span className="dim small">{p.what}</span>
          </dd>
        </div>
      ))}
    </dl>
  </div>
);
