/** One subject of the settings: what it is at the left, its controls at the right. */
import type { ReactNode } from 'react';

export const Section = ({
  title,
  text,
  children,
  actions,
}: {
  title: string;
  text: ReactNode;
  children: ReactNode;
  actions?: ReactNode;
}) => (
  <section className="setting panel" aria-label={title}>
    <div>
      <h2>{title}</h2>
      <p className="dim">{text}</p>
      {actions}
    </div>
    <div>{children}</div>
  </section>
);
