/** Every fact on every attribute, best first, with where it comes from; contradicting ones stand beside each other. */
import type { AssetDetail, AttributeFacts, FactRow } from '../../../api/assets.ts';
import { number, share } from '../../lib/format.ts';
import { Empty, EvidenceLinks, Protocol, When } from '../../parts/basics.tsx';
import { PriorityGlyph } from '../../parts/glyphs.tsx';

const ORIGIN: Readonly<Record<FactRow['origin'], { word: string; why: string }>> = {
  observed: { word: 'observed', why: 'A device said it on the wire.' },
  derived: { word: 'derived', why: 'Gatehouse concluded it from something observed.' },
  imported: { word: 'asset list', why: 'It stands in an asset list that was imported.' },
  manual: { word: 'a person', why: 'A person said so.' },
};

export const Facts = ({ asset }: { asset: AssetDetail }) => {
  if (asset.attributes.length === 0) {
    return (
      <Empty title="No fact is known about this device">
        It sent frames, and none of them says what it is: no identity, no name, no vendor.
      </Empty>
    );
  }
  const sorted = [...asset.attributes].sort((a, b) => Number(b.contradicting) - Number(a.contradicting));
  return (
    <div className="facts">
      <div className="fact-row fact-heads" aria-hidden="true">
        <span>Attribute</span>
        <span>Value</span>
        <span>How it is known</span>
        <span className="end">Sure</span>
        <span className="end">Times</span>
        <span className="end">Last</span>
        <span>Evidence</span>
      </div>
      {sorted.map((a) => (
        <Attribute key={a.attribute} of={a} />
      ))}
    </div>
  );
};

const Attribute = ({ of }: { of: AttributeFacts }) => (
  <section className={of.contradicting ? 'fact-group contradicting' : 'fact-group'} aria-label={of.attribute}>
    {of.facts.map((f, i) => (
      <div key={`${f.value}${f.via}${f.address}`} className="fact-row">
        <span className="dim">
          {i === 0 && of.attribute.replaceAll('-', ' ')}
          {i === 0 && of.contradicting && (
            <span className="p-medium row" style={{ gap: 4 }}>
              <PriorityGlyph priority="medium" size={11} /> contradiction
            </span>
          )}
        </span>
        <span className={i === 0 ? 'strong' : ''}>{f.value}</span>
        <span>
          {f.via}
          <span className="dim">
            {f.protocol !== '' && (
              <>
                {' '}
                <Protocol name={f.protocol} />
              </>
            )}
            {f.protocol !== '' && f.address !== '' && ' ·'} {f.address}
          </span>{' '}
          <span className="tag outline" title={ORIGIN[f.origin].why}>
            {ORIGIN[f.origin].word}
          </span>
        </span>
        <span className="end">{share(f.confidence)}</span>
        <span className="end">{number(f.count)}</span>
        <span className="end">
          <When at={f.lastAt} />
        </span>
        <span>
          {f.evidence.length > 0 ? (
            <EvidenceLinks evidence={f.evidence} />
          ) : (
            <span className="dim small">no frame</span>
          )}
        </span>
      </div>
    ))}
  </section>
);
