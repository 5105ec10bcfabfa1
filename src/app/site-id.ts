/** Ids of sites: what people name becomes part of addresses. */
/** Of a name, letters. */
const MAX_SLUG = 80;

/** A name that can stand in an address and a key: of dots alone it would be a step in an address. */
export const slug = (name: string): string => {
  const plain = name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return /^\.*$/.test(plain) ? 'site' : [...plain].slice(0, MAX_SLUG).join('');
};

/** The site of the simulated plant. */
export const PLANT_SITE = 'plant';
/** The id of a site that people named: never that of the simulated plant, whose site begins anew where its day was cut. */
export const siteIdOf = (name: string): string => {
  const id = slug(name);
  return id === PLANT_SITE ? `${PLANT_SITE}-1` : id;
};
