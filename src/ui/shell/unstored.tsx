/** Above every page while nothing can be written (what is seen is still true, and is lost when the program ends), or where what was written is gone. */
import type { SiteList } from '../../api/sites.ts';
import { dateTime } from '../lib/format.ts';
import { PriorityGlyph } from '../parts/glyphs.tsx';

export const Unstored = ({ unstored }: { unstored: SiteList['unstored'] | undefined }) =>
  unstored ? (
    <div className="unstored" role="alert">
      <PriorityGlyph priority="urgent" size={13} />
      <span>
        <b>Nothing is stored since {dateTime(unstored.since)}.</b> {unstored.text} {unstored.whatToDo} Watching goes on.
      </span>
    </div>
  ) : null;

export const Lost = ({ lost }: { lost: SiteList['lost'] | undefined }) =>
  lost ? (
    <div className="unstored" role="alert">
      <PriorityGlyph priority="high" size={13} />
      <span>
        <b>{lost.text}</b> {lost.whatToDo}
      </span>
    </div>
  ) : null;
