/** What is not for the role of whoever is logged in is told, with whom to ask: a control that is only missing looks like a fault. */
import type { ReactNode } from 'react';
import { type MAY, useMay, whoMay } from '../lib/may.ts';

interface Props {
  work: keyof typeof MAY;
  /** What they do: `announce work`. */
  what: string;
  /** The controls, for those who may. */
  children?: ReactNode;
}
export const ForOthers = ({ work, what, children }: Props) =>
  useMay(work) ? (
    children
  ) : (
    <span className="dim small for-others">
      {whoMay(work)} {what}.
    </span>
  );
