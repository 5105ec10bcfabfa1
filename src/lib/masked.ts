/** What stands in a message in the place of a credential: that there was one is told, what it was is not. */

export const MASKED = '(masked)';
/** The same in the place of octets. */
export const MASKED_OCTETS = Uint8Array.from(MASKED, (c) => c.charCodeAt(0));

export const isMasked = (octets: Uint8Array): boolean =>
  octets.length === MASKED_OCTETS.length && octets.every((octet, i) => octet === MASKED_OCTETS[i]);
