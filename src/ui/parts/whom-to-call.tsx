/** Whom to call about the devices of an alert or incident; nothing where nobody is known. */
import type { Contact } from '../../api/alerts.ts';
import { Panel, PartyLink } from './basics.tsx';

/** Devices named with a contact; the others are counted. */
const MOST = 4;

export const WhomToCall = ({ contacts }: { contacts: readonly Contact[] }) =>
  contacts.length === 0 ? null : (
    <Panel title="Whom to call">
      <ul className="plain-list">
        {contacts.map(({ contact, assets }) => (
          <li key={contact}>
            <b>{contact}</b>{' '}
            <span className="dim small">
              for{' '}
              {assets.slice(0, MOST).map((party, n) => (
                <span key={party.id}>
                  {n > 0 && ', '}
                  <PartyLink party={party} />
                </span>
              ))}
              {assets.length > MOST && ` and ${assets.length - MOST} more`}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
