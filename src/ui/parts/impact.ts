/** What a finding can touch, in the words of the plant. */
import type { Impact } from '../../api/words.ts';

export const CAN_TOUCH: Readonly<Record<Impact, string>> = {
  safety: 'people can come to harm',
  uptime: 'the line can stop',
  quality: 'product can be spoilt',
  regulatory: 'duties to report can begin',
  none: '',
};

/** Not seen for as long, by the frames of the site: it may come again, and does not go on now. */
export const QUIET_MS = 2 * 60_000;
