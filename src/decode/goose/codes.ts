/** What the quality of a GOOSE time stamp says. Source: IEC 61850-7-2 section 6.1.2.9 (TimeQuality), IEC 61850-8-1 section 8.1.3.7. */
import type { FieldCodes } from '../../core/decoder.ts';

/** Bit 7 leap seconds known, 6 clock failure, 5 not synchronised; bits 4 to 0 how many bits of the fraction are right, 31 unspecified. */
const timeQuality = (octet: number): string => {
  const accuracy = octet & 31;
  return [
    ...((octet & 0x40) !== 0 ? ['clock failure'] : []),
    (octet & 0x20) !== 0 ? 'clock not synchronised' : 'clock synchronised',
    ...((octet & 0x80) !== 0 ? ['leap seconds known'] : []),
    accuracy === 31 ? 'accuracy unspecified' : `${accuracy} bits of accuracy`,
  ].join(', ');
};

export const gooseCodes: FieldCodes = { '.tQuality': (octet) => (octet < 0 ? undefined : timeQuality(octet)) };
