/** The status line: is the stream alive, what is being read, how much is visible, which zone the times are in. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Site } from '../../api/sites.ts';
import { call } from '../lib/api.ts';
import { bytes, dateTime, duration, number, share, zoneName } from '../lib/format.ts';
import { useLive } from '../lib/live.ts';

const LINK = {
  connecting: { word: 'connecting', shape: 'M8 2.5a5.5 5.5 0 1 0 0 11', loud: false },
  // The stream lives, and the first answers are under way still.
  asking: { word: 'waiting for an answer', shape: 'M8 2.5a5.5 5.5 0 1 0 0 11', loud: false },
  live: { word: 'up to date', shape: 'M8 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z', loud: false },
  failing: { word: 'answers fail: what you see may be old', shape: 'M4 4l8 8M12 4l-8 8', loud: true },
  lost: { word: 'Gatehouse does not answer: what you see may be old', shape: 'M4 4l8 8M12 4l-8 8', loud: true },
} as const;

export const StatusLine = ({ site }: { site: Site | undefined }) => {
  const progress = useLive((l) => l.progress);
  const reading = Object.values(progress).filter((p) => p.state === 'reading' && (!site || p.site === site.id));
  const now = useQuery({
    queryKey: ['now', site?.id ?? ''],
    queryFn: ({ signal }) => call('now', { site: site?.id ?? '' }, undefined, signal),
    enabled: site !== undefined,
  });
  const stream = useLive((l) => l.link);
  // The stream may live while answers fail.
  const link = LINK[stream !== 'live' ? stream : now.isError ? 'failing' : site && now.isPending ? 'asking' : 'live'];
  return (
    <footer className="status">
      <span className={link.loud ? 'attention' : ''} role="status">
        <svg width="10" height="10" viewBox="0 0 16 16" aria-hidden="true">
          <path
            d={link.shape}
            fill={link.word === 'up to date' ? 'currentColor' : 'none'}
            stroke="currentColor"
            strokeWidth="2"
          />
        </svg>
        {link.word}
      </span>
      {reading.slice(0, 2).map((p) => (
        <span key={p.source}>
          reading {p.name}
          {p.progress !== null && (
            <span
              className="meter"
              role="progressbar"
              aria-label={`Reading ${p.name}`}
              aria-valuenow={Math.round(p.progress * 100)}
              aria-valuemin={0}
              aria-valuemax={100}
            >
              <i style={{ width: `${p.progress * 100}%` }} />
            </span>
          )}
          {p.progress !== null && share(p.progress)} · {number(p.frames)} frames · {bytes(p.bytes)}
          {p.secondsLeft !== null && p.secondsLeft >= 1 && ` · ${duration(p.secondsLeft * 1000)} to go`}
        </span>
      ))}
      <span className="grow" />
      {now.data && site && (
        <Link
          to="/s/$site/coverage"
          params={{ site: site.id }}
          style={{ color: 'inherit' }}
          title="Decoded share of the payload seen"
        >
          {now.data.visible === null ? 'nothing seen yet' : `${share(now.data.visible)} of payload visible`}
        </Link>
      )}
      {now.data?.lastAt && (
        <span className="wide" title={now.data.lastAt}>
          last frame {dateTime(now.data.lastAt)}
        </span>
      )}
      <span className="wide">{zoneName()}</span>
    </footer>
  );
};
