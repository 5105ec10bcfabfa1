/** A link as the server gives it, `commands?q=verb:mode-change`: a page of this site with its filter. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSite } from '../lib/site.ts';
import { PAGES } from '../shell/pages.ts';

export const PageLink = ({ link, children, className }: { link: string; children: ReactNode; className?: string }) => {
  const site = useSite();
  const [path = '', query = ''] = link.split('?');
  const [first = '', second] = path.replace(/^\/+/, '').split('/');
  const search = Object.fromEntries(new URLSearchParams(query));
  const cls = className === undefined ? {} : { className };
  if (first === 'assets' && second !== undefined) {
    return (
      <Link to="/s/$site/assets/$asset" params={{ site, asset: decodeURIComponent(second) }} search={search} {...cls}>
        {children}
      </Link>
    );
  }
  if (first === 'points' && second !== undefined) {
    return (
      <Link to="/s/$site/points/$point" params={{ site, point: second }} search={search} {...cls}>
        {children}
      </Link>
    );
  }
  if (first === 'alerts' && second !== undefined) {
    return (
      <Link to="/s/$site/alerts/$alert" params={{ site, alert: decodeURIComponent(second) }} search={search} {...cls}>
        {children}
      </Link>
    );
  }
  if (first === 'incidents' && second !== undefined) {
    return (
      <Link
        to="/s/$site/incidents/$incident"
        params={{ site, incident: decodeURIComponent(second) }}
        search={search}
        {...cls}
      >
        {children}
      </Link>
    );
  }
  const page = PAGES.find((p) => p.path === first);
  if (page === undefined) return <span {...cls}>{children}</span>;
  return (
    <Link to={page.to} params={{ site }} search={search} {...cls}>
      {children}
    </Link>
  );
};
