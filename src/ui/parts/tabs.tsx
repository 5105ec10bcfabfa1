/** Tabs over a part of a page: one of them is in the order of the Tab key, the arrows go from one to the next (WAI-ARIA APG, tabs). */
import { type ReactNode, useRef } from 'react';

export interface TabOf<Id extends string> {
  readonly id: Id;
  readonly label: ReactNode;
}
interface Props<Id extends string> {
  label: string;
  tabs: readonly TabOf<Id>[];
  tab: string;
  choose: (id: Id) => void;
  /** At the end of the row. */
  children?: ReactNode;
}

const BY: Readonly<Record<string, (at: number, of: number) => number>> = {
  ArrowRight: (at, of) => (at + 1) % of,
  ArrowLeft: (at, of) => (at - 1 + of) % of,
  Home: () => 0,
  End: (_, of) => of - 1,
};

export const Tabs = <Id extends string>({ label, tabs, tab, choose, children }: Props<Id>) => {
  const row = useRef<HTMLDivElement>(null);
  const at = Math.max(
    0,
    tabs.findIndex((t) => t.id === tab),
  );
  return (
    <div className="tabs">
      <div
        ref={row}
        className="tab-row"
        role="tablist"
        aria-label={label}
        onKeyDown={(e) => {
          const next = BY[e.key]?.(at, tabs.length);
          const to = next === undefined ? undefined : tabs[next];
          if (next === undefined || to === undefined) return;
          e.preventDefault();
          choose(to.id);
          row.current?.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus();
        }}
      >
        {tabs.map((t, n) => (
          <button
            key={t.id}
            type="button"
            role="tab"
            aria-selected={n === at}
            tabIndex={n === at ? 0 : -1}
            onClick={() => choose(t.id)}
          >
            {t.label}
          </button>
        ))}
      </div>
      {children}
    </div>
  );
};

/** Tabs that the address line holds: `?tab=closed`, nothing for the first. */
export const tabSearch = (id: string): { tab?: string } => (id === '' ? {} : { tab: id });
