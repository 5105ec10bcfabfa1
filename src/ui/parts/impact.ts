/** What a finding can touch, in the words of the plant. */
import type { Impact } from '../../api/words.ts';

export const CAN_TOUCH: Readonly<Record<Impact, string>> = {
  safety: 'people can come to harm',
  uptime: 'the line can stop',
  quality: 'product can be spoilt',
  regulatory: 'duties to report can begin',
  none: '',
};
