/**
 * How far something has learned. Three states that must never look alike: still learning (a bar and a per cent), armed,
 * and not armed although it saw enough (with the reason). None of them is "normal".
 */
import { IconCircleCheck, IconCircleDashed, IconCircleOff } from '@tabler/icons-react';
import { number, share } from '../lib/format.ts';
import './learning.css';

/** What the meter says, in words: for the label, the list and whoever cannot see the bar. */
export const learningText = (seen: number, needed: number, unit: string, unarmed: string): string => {
  const count = (n: number): string => number(Number(n.toPrecision(3)));
  const of = unit === '' ? '' : ` (${count(Math.min(seen, needed))} of ${count(needed)} ${unit})`;
  if (needed > 0 && seen < needed) return `Learning, ${share(Math.max(0, seen) / needed)} of what is needed${of}`;
  return unarmed === '' ? 'Armed' : `Not armed: ${unarmed}`;
};

interface Props {
  seen: number;
  needed: number;
  unit?: string;
  /** Why it is not armed although it saw enough; '' otherwise. */
  unarmed?: string;
  /** Only the bar and the figure. */
  short?: boolean;
}
export const LearningMeter = ({ seen, needed, unit = '', unarmed = '', short = false }: Props) => {
  const text = learningText(seen, needed, unit, unarmed);
  const part = needed > 0 ? Math.min(1, Math.max(0, seen / needed)) : 1;
  if (part < 1) {
    return (
      <span className="learning" title={text}>
        <IconCircleDashed size={13} stroke={1.8} aria-hidden="true" />
        <span className="learning-bar" role="img" aria-label={text}>
          <i style={{ width: `${part * 100}%` }} />
        </span>
        <span className="learning-word">{short ? share(part) : `learning, ${share(part)}`}</span>
      </span>
    );
  }
  return unarmed === '' ? (
    <span className="learning" title={text}>
      <IconCircleCheck size={13} stroke={1.8} aria-hidden="true" />
      <span>armed</span>
    </span>
  ) : (
    <span className="learning unarmed" title={text}>
      <IconCircleOff size={13} stroke={1.8} aria-hidden="true" />
      <span className="cut">{short ? 'not armed' : `not armed: ${unarmed}`}</span>
    </span>
  );
};
