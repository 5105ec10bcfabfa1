/** An alert in the words of the plant, for whoever has half a minute: what it can touch, how sure it is, whether it goes on, planned work. */
import type { AlertRow } from '../../../api/alerts.ts';
import { CAN_TOUCH } from '../../parts/impact.ts';

const SURE = {
  certain: 'The frames themselves show it',
  likely: 'It is a conclusion from what was seen, and could be something else',
  possible: 'It is a weak conclusion: worth a look, not more',
} as const;

/** Sentences, most important first. */
export const alertInShort = (a: AlertRow): readonly string[] => {
  const touch = CAN_TOUCH[a.impact];
  const sentences = [
    touch === '' ? '' : `If it was not meant, ${touch}.`,
    `${SURE[a.certainty]}${a.open ? '' : ', and it is over'}.`,
    a.window === null
      ? ''
      : a.window.overrun
        ? `It came after the end of planned work: ${a.window.text}.`
        : `It falls into planned work: ${a.window.text}.`,
  ];
  return sentences.filter(Boolean);
};
