/** Ids of sites: what people name becomes part of addresses. */
/** A name that can stand in an address and a key. */
export const slug = (name: string): string =>
  name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80) || 'site';

/** The site of the simulated plant. */
export const PLANT_SITE = 'plant';
/** The id of a site that people named: never that of the simulated plant, whose site begins anew where its day was cut. */
export const siteIdOf = (name: string): string => {
  const id = slug(name);
  return id === PLANT_SITE ? `${PLANT_SITE}-1` : id;
};
