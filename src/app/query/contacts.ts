/** Whom to call about a device: what a person said of it, else the plant's own list, else what the device says itself (sysContact of SNMP). */
import type { Contact, Party } from '../../api/index.ts';
import type { AssetId, Fact } from '../../core/site.ts';
import type { SiteView } from './view.ts';

const ORIGINS: readonly Fact['origin'][] = ['manual', 'imported', 'observed', 'derived'];

/** '' where nobody is known. A sub-address has that of its gateway, where nobody said another. */
export const contactOf = ({ model }: Pick<SiteView, 'model'>, id: AssetId): string => {
  const said = (of: AssetId): Fact | undefined =>
    model
      .facts(of)
      .filter(({ attribute, value }) => attribute === 'contact' && value !== '')
      .sort((a, b) => ORIGINS.indexOf(a.origin) - ORIGINS.indexOf(b.origin) || b.lastUs - a.lastUs)[0];
  const parent = model.asset(id)?.parent;
  return (said(id) ?? (parent === undefined ? undefined : said(parent)))?.value ?? '';
};

/** Each contact once, with the devices that it stands for, in the order of these. */
export const contactsOf = (view: SiteView, parties: Iterable<Party>): Contact[] => {
  const contacts = new Map<string, Map<string, Party>>();
  for (const party of parties) {
    const contact = party.id === '' ? '' : contactOf(view, party.id);
    if (contact === '') continue;
    const of = contacts.get(contact) ?? new Map<string, Party>();
    contacts.set(contact, of.set(party.id, party));
  }
  return [...contacts].map(([contact, of]) => ({ contact, assets: [...of.values()] }));
};
