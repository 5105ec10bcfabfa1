/** An incident in the words of the plant, for whoever has half a minute: where it went, what it does, what it can touch, whether it goes on. */
import type { IncidentDetail } from '../../../api/alerts.ts';
import { duration, number, plural } from '../../lib/format.ts';
import { CAN_TOUCH, QUIET_MS } from '../../parts/impact.ts';
import { gravestOf, putRightOf } from './put-right.ts';

/** Sentences, most important first. Of a recording nothing goes on now. `lastFrameAt`: of the site, RFC 3339. */
export const inShort = (
  { incident: i, assets }: IncidentDetail,
  isRecording: boolean,
  lastFrameAt: string | null,
): readonly string[] => {
  const quietMs = i.lastAt === null || lastFrameAt === null ? 0 : Date.parse(lastFrameAt) - Date.parse(i.lastAt);
  const inPlant = assets.filter((a) => a.lane === 'ot').length;
  const tookMs = i.firstAt === null || i.lastAt === null ? 0 : Date.parse(i.lastAt) - Date.parse(i.firstAt);
  const reach = inPlant === 0 || inPlant === assets.length ? '' : `, ${number(inPlant)} of them on the plant side`;
  const touch = CAN_TOUCH[i.impact];
  return [
    `${i.crosses ? 'Somebody went from the office side into the plant.' : inPlant > 0 ? 'Somebody is at work on the plant side.' : 'Somebody is at work, not seen on the plant side.'}${i.meaning === '' ? '' : ` How far it came: ${i.meaning}.`}`,
    `${plural(i.assets, 'device')} ${i.assets === 1 ? 'is' : 'are'} concerned${reach}${tookMs > 0 ? `, within ${duration(tookMs)}` : ''}${touch === '' ? '' : `; ${touch}`}.`,
    i.open
      ? isRecording
        ? 'It was seen until the recording ended.'
        : quietMs < QUIET_MS
          ? 'It goes on.'
          : `Nothing of it was seen for ${duration(quietMs)}: that is no sign that it is over.`
      : isRecording
        ? 'It was over when the recording ended.'
        : 'Nothing of it goes on at the moment.',
  ];
};

/** Two sentences for whoever decides whether the plant goes on: what speaks for harm to people, then what was changed and what to ask first. */
export const mustStop = ({ steps, asked }: IncidentDetail): readonly [string, string] => {
  const [gravest] = gravestOf(
    steps.filter(({ impact }) => impact === 'safety'),
    asked,
  );
  const changed = putRightOf(steps).length;
  const work =
    changed === 0
      ? 'No change that would have to be put right was seen'
      : `${plural(changed, 'device')} ${changed === 1 ? 'has' : 'have'} to be checked or put right`;
  const [first] = asked;
  return [
    gravest === undefined
      ? 'Nothing was seen at a device that is known as a safety controller.'
      : `${gravest.certainty === 'certain' ? 'Seen on the wire' : 'A conclusion, not certain'}: ${gravest.title}; ${CAN_TOUCH.safety}.`,
    first === undefined ? `${work}.` : `${work}; ask first: ${first.check}`,
  ];
};
