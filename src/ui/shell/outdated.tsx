/** Above every page once Gatehouse has another console than the one that runs here: nothing is lost by loading it. */
import { IconRefresh } from '@tabler/icons-react';
import { useLive } from '../lib/live.ts';

export const Outdated = () =>
  useLive((l) => l.isOutdated) ? (
    <div className="outdated" role="status">
      <IconRefresh size={15} stroke={1.8} aria-hidden="true" />
      <span className="grow">
        <b>Gatehouse was updated while this page was open.</b> What you see works by the rules of the version before.
      </span>
      <button type="button" className="chip" onClick={() => window.location.reload()}>
        Load the page anew
      </button>
    </div>
  ) : null;
