/**
 * What must hold for every finding as a person reads it: what happened, compared with what, since when, how sure, the innocent
 * explanation, what to check next, the evidence, technique and impact, none of them empty, in words that say something.
 */
import type { FindingDetail } from '../src/api/index.ts';
import { SEVERITIES } from '../src/core/finding.ts';
import type { Told } from '../src/decide/index.ts';

/** What says nothing, whatever the input: amounts of none, holes where a name should be, punctuation without words. */
export const SAYS_NOTHING =
  /\b0 (ms|s|min|times|MB|requests|devices|hosts)\b|NaN|undefined|null\b|Infinity|\[object|not known|not told|told,|\{\w+\}|\(\)|\(, |, \)|: ,|\s\s|,,|\s[.,;](?!\w)|(once|times) times|nobody only|only nobody|nowhere only|\.\.(?!\d)|[\u0000-\u001f]/;
/** `1 other addresses`, `2 device`. */
const WRONG_NUMBER =
  /(?<![\d.,/-])1 (?:other |more |different )?(?:addresses|devices|hosts|services|times|points|ports|files|requests|conversations|controllers|days|hours|minutes)\b|(?<![\d.,/-])(?:[2-9]|\d\d+) (?:other |more |different )?(?:address|device|host|service|point|port|file|request|conversation|controller|day|hour|minute)\b(?! of \d)/;
/** A value that is said to be outside of a band, whose figures say that it is inside. */
const OUTSIDE = /reads (-?[\d.,]+(?:e[-+]\d+)?)\S*.* outside of (-?[\d.,]+(?:e[-+]\d+)?) to (-?[\d.,]+(?:e[-+]\d+)?)/;
const MOST = { title: 160, what: 900, comparedWith: 700 } as const;

const figure = (text: string): number => Number(text.replace(/,/g, '').replace(/\.$/, ''));

/** Faults of the words alone. */
export const faultsOfWords = (told: Told): string[] => {
  const faults: string[] = [];
  const { title, what, comparedWith, innocent, check } = told;
  for (const [part, text] of Object.entries({ title, what, comparedWith, innocent, check: check.join(' ') })) {
    const wrong = SAYS_NOTHING.exec(text) ?? WRONG_NUMBER.exec(text);
    if (wrong !== null) faults.push(`${part}: "${wrong[0]}" in ${text.slice(0, 220)}`);
    const most = MOST[part as keyof typeof MOST];
    if (text.length > (most ?? Number.POSITIVE_INFINITY)) faults.push(`${part}: ${text.length} characters`);
    if (text.trim() === '') faults.push(`${part} is empty`);
    if (part !== 'title' && !/[.?!]$/.test(text)) faults.push(`${part} is no sentence: ${text.slice(-80)}`);
  }
  const [, value, low, high] = OUTSIDE.exec(what) ?? [];
  if (value !== undefined && figure(value) >= figure(low!) && figure(value) <= figure(high!))
    faults.push(`what: ${what.slice(0, 160)}`);
  return faults;
};

/** Faults of all nine parts. */
export const faultsOf = (finding: FindingDetail): string[] => {
  const faults = faultsOfWords(finding);
  const { firstAt, lastAt, certainty, surprise, impact, techniques, techniqueNames, evidence, proof, check } = finding;
  if (firstAt === null || lastAt === null || firstAt > lastAt) faults.push(`since when: ${firstAt} to ${lastAt}`);
  if (!['certain', 'likely', 'possible'].includes(certainty) || !(surprise >= 0 && surprise <= 1))
    faults.push(`how sure: ${certainty} ${surprise}`);
  if (!SEVERITIES.includes(impact)) faults.push(`impact: ${impact}`);
  if (check.length < 2) faults.push(`${check.length} things to check`);
  if (evidence.length === 0 && proof === null) faults.push('neither frames nor values');
  if (proof !== null && !(proof.us.length > 0 && proof.observed.length === proof.us.length))
    faults.push('an empty chart');
  const nameless = techniqueNames.filter(({ name, tactic }) => name === '' || tactic === '');
  if (nameless.length > 0 || techniqueNames.length !== techniques.length)
    faults.push(`techniques: ${techniques.join(', ')}`);
  return faults;
};
