/** What every table about lines of an asset list begins with: the number of the line, and how it names itself. */
import type { SmallColumn } from '../../parts/simple-table.tsx';

interface Line {
  readonly line: number;
  readonly label: string;
}

/** `width` of the name, in the words of a CSS grid. */
export const lineColumns = (width: string): readonly SmallColumn<Line>[] => [
  {
    id: 'line',
    head: 'Line',
    width: '58px',
    end: true,
    by: ({ line }) => line,
    cell: ({ line }) => <span className="dim">{line}</span>,
  },
  { id: 'label', head: 'In the list', width, by: ({ label }) => label, cell: ({ label }) => label },
];
