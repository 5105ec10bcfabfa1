/** What keeps a site from being seen or proved and belongs to none of its sources: said like the verdicts on sources. */
import type { Verdict } from '../api/index.ts';
import type { RingState } from '../capture/ring.ts';
import { timeText } from './query/view.ts';

/** A watched folder cannot be read: nothing that a recorder writes is seen until it is there again. */
export const folderGone = (folder: string, reason: string, sinceUs: number): Verdict => ({
  code: 'folder-gone',
  priority: 'urgent',
  title: `We are blind here: the folder ${folder} cannot be read`,
  detail: `${reason} It is looked for since ${timeText(sinceUs)}.`,
  whatToDo: 'Check the share or the disk and the rights of the folder. It is read on by itself once it is there again.',
});

/** One of the interfaces that make one source: the others are listened to. */
export const interfaceAway = (name: string, source: string, reason: string, sinceUs: number): Verdict => ({
  code: 'blind',
  priority: 'urgent',
  title: `We are blind here: nothing comes from ${name}`,
  detail: `${reason} It is missing since ${timeText(sinceUs)}; what the others of ${source} bring is still seen, and may be half of its conversations.`,
  whatToDo: 'Check the adapter and the cable. It is listened to by itself once it is there again.',
});

/** One of the interfaces that make one source is there and brings nothing, while the others do. `lastUs`: 0 for never. */
export const interfaceSilent = (name: string, source: string, lastUs: number): Verdict => ({
  code: 'blind',
  priority: 'urgent',
  title: `We are blind here: ${name} is silent`,
  detail: `${lastUs > 0 ? `No frame came from it for much longer than usual; the last one is of ${timeText(lastUs)}.` : 'No frame came from it since it is listened to.'} The others of ${source} bring frames: what is seen now may be half of its conversations.`,
  whatToDo: 'Check the cable, that side of the tap, or the mirror session of the switch.',
});

/** The recorder wrote into a watched folder and does so no more: as with a wire that is silent. */
export const folderSilent = (folder: string, lastUs: number, allowedUs: number): Verdict => ({
  code: 'blind',
  priority: 'urgent',
  title: `We are blind here: ${folder} is silent`,
  detail: `Nothing was written there for much longer than usual; the last of it came at ${timeText(lastUs)}, and by its rhythm a pause is over after ${Math.round(allowedUs / 1e6).toLocaleString('en-US')} s at most.`,
  whatToDo: 'Check the recorder, its disk or share, the cable and the mirror session of the switch.',
});

/** Frames that were kept had to go before their time; undefined where none had to. */
export const evidenceShort = ({ bytesLetGo }: Pick<RingState, 'bytesLetGo'>): Verdict | undefined =>
  bytesLetGo === 0
    ? undefined
    : {
        code: 'evidence-short',
        priority: 'medium',
        title: 'Frames kept as evidence were deleted: the disk was nearly full',
        detail: `${Math.max(1, Math.round(bytesLetGo / 1024 ** 2)).toLocaleString('en-US')} MiB of frames, the oldest first, had to make room since the start, because something else took the disk. What they showed stands; those that no statement rests on cannot be looked at.`,
        whatToDo: 'Free disk space, and look what else writes to the disk of the data folder.',
      };

/** A watched folder in which no capture lies: it is looked at, and nothing was seen from it. */
export const folderEmpty = (folder: string, sinceUs: number): Verdict => ({
  code: 'folder-empty',
  priority: 'medium',
  title: `No capture lies in ${folder} yet`,
  detail: `The folder is looked at since ${timeText(sinceUs)}. What lies there besides captures is passed over.`,
  whatToDo: 'Let the recorder write pcap or pcapng files there. They are read as they come, the newest while it grows.',
});

/** Frames were decoded and judged, and could not be kept; undefined where all were. */
export const evidenceLost = ({
  on,
  framesLost,
  framesTooFast,
}: Pick<RingState, 'on' | 'framesLost' | 'framesTooFast'>): Verdict | undefined => {
  if (framesLost === 0) return undefined;
  const lost = `${framesLost.toLocaleString('en-US')} frames since the start were decoded and judged, and could not be kept`;
  const stands = 'What they showed stands; they cannot be looked at.';
  if (on && framesTooFast === framesLost)
    return {
      code: 'evidence-lost',
      priority: 'low',
      title: 'Some frames were not kept as evidence',
      detail: `${lost}: they came faster than they can be written, as they do while a history is played. ${stands}`,
      whatToDo: 'Nothing after a played history. Where it grows on a live wire, use a faster disk for the data folder.',
    };
  return {
    code: 'evidence-lost',
    priority: on ? 'medium' : 'high',
    title: on ? 'Some frames were not kept as evidence' : 'No frames are kept as evidence now',
    detail: `${lost}: the disk was full or failed${framesTooFast > 0 ? ', or slower than the frames came' : ''}. ${stands}`,
    whatToDo: 'Free disk space, or use a faster disk for the data folder.',
  };
};

/** Rows that the database refused each time while others were written; undefined where it refused none. */
export const rowsGivenUp = (count: number): Verdict | undefined =>
  count === 0
    ? undefined
    : {
        code: 'not-stored',
        priority: 'high',
        title: 'Some of what was seen could not be stored',
        detail: `${count.toLocaleString('en-US')} ${count === 1 ? 'row was' : 'rows were'} refused by the database since the start, each time, and given up; all others were written. What they said is shown until Gatehouse is started again.`,
        whatToDo: 'Look for the reason in what Gatehouse wrote to its terminal, and report it: this should not happen.',
      };
