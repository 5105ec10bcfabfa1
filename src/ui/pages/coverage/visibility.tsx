/** Shares of the payload as one bar with its figures beside it, and as a quiet bar for table rows. */
import { bytes, share } from '../../lib/format.ts';
import { ShareBar, Unknown } from '../../parts/basics.tsx';

export interface Shares {
  decoded: number;
  undecoded: number;
  encrypted: number;
  missing: number;
}
const KINDS = [
  ['decoded', 'decoded'],
  ['encrypted', 'encrypted'],
  ['undecoded', 'not decoded'],
  ['missing', 'missing'],
] as const;

/** Encrypted octets are known by their protocol, so they stand among the decoded ones: shown apart, counted once. */
export const apart = (s: Shares): Shares => ({
  ...s,
  decoded: Math.max(0, s.decoded - s.encrypted),
  undecoded: Math.max(0, s.undecoded - Math.max(0, s.encrypted - s.decoded)),
});

export const VisibilityBar = (raw: Shares) => {
  const s = apart(raw);
  const all = s.decoded + s.undecoded + s.encrypted + s.missing;
  // Shares are of what came: what is missing is told in octets, for nobody knows what it was.
  const seen = all - s.missing;
  if (all === 0) return <Unknown>No payload was seen: nothing to decode, and nothing to judge.</Unknown>;
  return (
    <div className="stack" style={{ gap: 8 }}>
      <ShareBar {...s} />
      <dl className="legend">
        {KINDS.map(([key, word]) => (
          <div key={key}>
            <dt>
              <i className={`key ${key}`} aria-hidden="true" />
              {word}
            </dt>
            <dd>
              {s[key] === 0 ? (
                <span className="dim">none seen</span>
              ) : key === 'missing' ? (
                bytes(s.missing)
              ) : (
                <>
                  {share(s[key] / seen)} <span className="dim small">{bytes(s[key])}</span>
                </>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
};

export const RowBar = (raw: Shares) => {
  const s = apart(raw);
  const all = s.decoded + s.undecoded + s.encrypted;
  if (all + s.missing === 0) return <span className="dim">no payload</span>;
  return (
    <span className="rowbar">
      <ShareBar {...s} />
      <span className="nowrap">{all === 0 ? 'missing' : share(s.decoded / all)}</span>
    </span>
  );
};
