/** What is stated on the strength of one frame. */
import type { Frame } from '../../api/index.ts';
import type { Evidence } from '../../core/frame.ts';
import { partyOf, type SiteView } from './view.ts';

const MAX_STATEMENTS = 100;

export const supportsOf = (view: SiteView, source: string, frame: number): Frame['supports'] => {
  const { model } = view;
  const found: Frame['supports'] = [];
  const has = (list: readonly Evidence[]): boolean => list.some((e) => e.source === source && e.frame === frame);
  const add = (kind: Frame['supports'][number]['kind'], text: string, asset: string): void => {
    if (found.length < MAX_STATEMENTS) found.push({ kind, text, asset });
  };
  for (const asset of model.assets()) {
    for (const fact of model.facts(asset.id)) {
      if (has(fact.evidence)) add('fact', `${asset.name}: ${fact.attribute} ${fact.value}`, asset.id);
    }
  }
  for (const c of model.commands()) {
    if (!has(c.evidence) && !has(c.lastEvidence)) continue;
    const target = partyOf(view, c.target);
    add(
      'command',
      `${partyOf(view, c.client).name}: ${c.operation} ${c.object} on ${target.name} (${c.outcome})`,
      target.id,
    );
  }
  for (const s of model.sessions()) {
    if (has(s.evidence))
      add('session', `${s.protocol} ${s.phase} ${s.user} (${s.outcome})`, partyOf(view, s.server).id);
  }
  for (const c of model.changes())
    if (has(c.evidence)) add('change', `${c.what}: ${c.before} ${c.after}`.trim(), c.asset);
  for (const w of model.weirds()) {
    if (has(w.evidence)) add('weird', `${w.code}: ${w.detail}`, partyOf(view, w.client).id);
  }
  return found;
};

/** True when a session with a credential in clear rests on this frame. */
export const holdsCredential = (view: SiteView, source: string, frame: number): boolean =>
  view.model
    .sessions()
    .some((s) => s.clearCredential && s.evidence.some((e) => e.source === source && e.frame === frame));
