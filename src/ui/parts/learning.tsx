/**
 * How far something has learned. States that must never look alike: nothing seen yet, learning (a bar and a per cent), its
 * model is being made, armed, armed but not seen at the moment, and not armed although it saw enough (with the reason).
 * None of them is "normal".
 */
import { IconCircleCheck, IconCircleDashed, IconCircleOff, IconEyeOff } from '@tabler/icons-react';
import type { GuardState } from '../../api/words.ts';
import { duration, number, share } from '../lib/format.ts';
import './learning.css';

export interface Guard {
  readonly state: GuardState;
  /** 0..1; null while nothing was seen. */
  readonly share: number | null;
  /** In full: `learning: 14 h of 24 h`, `not armed: ...`. */
  readonly text: string;
}

/** `14 of 24 h`, `4 min of 24 h`, `15 s of 12 h`; three figures are enough to see progress. */
export const seenText = (seen: number, needed: number, unit: string): string => {
  if (unit === 'h' && seen > 0 && seen < 1 && needed >= 1)
    return `${duration(Math.round(seen * 3600) * 1000)} of ${number(needed)} h`;
  const count = (n: number): string => number(Number(n.toPrecision(3)));
  return `${count(Math.min(seen, needed))} of ${count(needed)} ${unit}`.trim();
};

/** The state of one thing that is learned, from what was seen of what is needed. */
export const guardOf = (row: {
  seen: number;
  needed: number;
  unit: string;
  unarmed: string;
  making?: boolean;
  onTrial?: boolean;
}): Guard => {
  if (row.making === true) return { state: 'fitting', share: 1, text: 'Enough was seen: its model is being made' };
  if (row.seen <= 0 && row.needed > 0)
    return { state: 'waiting', share: null, text: 'Nothing seen of it yet that it could learn from' };
  if (row.seen < row.needed) {
    const part = row.seen / row.needed;
    if (row.onTrial === true)
      return {
        state: 'trial',
        share: part,
        text: `Judged on trial, ${share(part)} of it over: what it says by itself makes no alert yet`,
      };
    return {
      state: 'learning',
      share: part,
      text: `Learning, ${share(part)} of what is needed: ${seenText(row.seen, row.needed, row.unit)}`,
    };
  }
  return row.unarmed === ''
    ? { state: 'armed', share: 1, text: 'Armed: it is judged by what was learned' }
    : { state: 'unarmed', share: 1, text: `Not armed: ${row.unarmed}` };
};

const WAITING_WORDS: Readonly<Partial<Record<Guard['state'], string>>> = {
  fitting: 'making its model',
  trial: 'on trial',
  unseen: 'not seen',
  returning: 'being read back',
};

interface MeterProps {
  guard: Guard;
  /** Only the bar and the figure, for narrow columns. */
  short?: boolean;
  /** All that is known of it, where there is room for a sentence. */
  full?: boolean;
}
export const GuardMeter = ({ guard, short = false, full = false }: MeterProps) => {
  const { state, text } = guard;
  if (full) {
    const Icon = state === 'armed' ? IconCircleCheck : state === 'unarmed' ? IconCircleOff : IconCircleDashed;
    return (
      <span className="learning full">
        <Icon size={13} stroke={1.8} aria-hidden="true" />
        {state === 'learning' && (
          <span className="learning-bar" aria-hidden="true">
            <i style={{ width: `${Math.min(1, Math.max(0, guard.share ?? 0)) * 100}%` }} />
          </span>
        )}
        <span>{text}</span>
      </span>
    );
  }
  if (state === 'waiting') {
    return (
      <span className="learning unknown" title={text}>
        <IconCircleDashed size={13} stroke={1.8} aria-hidden="true" />
        nothing learned yet
      </span>
    );
  }
  if (state === 'learning') {
    const part = Math.min(1, Math.max(0, guard.share ?? 0));
    return (
      <span className="learning" title={text}>
        <IconCircleDashed size={13} stroke={1.8} aria-hidden="true" />
        <span className="learning-bar" role="img" aria-label={text}>
          <i style={{ width: `${part * 100}%` }} />
        </span>
        <span>{short ? share(part) : `learning, ${share(part)}`}</span>
      </span>
    );
  }
  const word = WAITING_WORDS[state];
  if (word !== undefined) {
    const Icon = state === 'unseen' ? IconEyeOff : IconCircleDashed;
    return (
      <span className="learning unknown" title={text}>
        <Icon size={13} stroke={1.8} aria-hidden="true" />
        {word}
        {guard.share !== null && guard.share < 1 && `, ${share(guard.share)}`}
      </span>
    );
  }
  return state === 'armed' ? (
    <span className="learning" title={text}>
      <IconCircleCheck size={13} stroke={1.8} aria-hidden="true" />
      armed
    </span>
  ) : (
    <span className="learning unarmed" title={text}>
      <IconCircleOff size={13} stroke={1.8} aria-hidden="true" />
      <span className="cut">{short ? 'not armed' : text}</span>
    </span>
  );
};
