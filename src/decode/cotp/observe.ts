/**
 * Transport connections as sessions, with the rack and slot that S7 clients address in the called TSAP.
 * Source: ITU-T X.224 section 6.5 (connection establishment) and 6.7 (release).
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink, Session } from '../../core/observation.ts';
import { type CotpMessage, reasonText, s7TsapOf, TPDU } from './wire.ts';

/** `calling TSAP 0x0100, called TSAP 0x0102 (PG connection, rack 0, slot 2)`. */
const describe = (m: CotpMessage): string => {
  const s7 = s7TsapOf(m.calledTsap);
  const place = s7 === undefined ? '' : ` (${s7.connection} connection, rack ${s7.rack}, slot ${s7.slot})`;
  return `calling TSAP 0x${m.callingTsap}, called TSAP 0x${m.calledTsap}${place}`;
};

export const observeCotp = (t: Transaction<CotpMessage>, sink: ObservationSink): void => {
  const subject = t.request ?? t.response;
  if (subject === undefined) return;
  const native = subject;
  if (subject.code === TPDU.CR || subject.code === TPDU.CC) {
    const refused = t.response?.code === TPDU.DR;
    const outcome = outcomeOf(t, refused);
    const why = t.response !== undefined && refused ? `: ${reasonText(t.response.reason)}` : '';
    const session: Session = { phase: 'open', outcome, detail: `COTP ${describe(subject)}${why}`, native };
    sink.session(t.at, session);
    const s7 = s7TsapOf(subject.calledTsap);
    // A controller confirms only slots that hold a module able to communicate.
    if (s7 !== undefined && outcome === 'accepted')
      sink.module(t.at, {
        endpoint: t.at.server,
        slot: `${s7.rack}/${s7.slot}`,
        present: true,
        via: 'COTP called TSAP',
      });
  } else if (subject.code === TPDU.DR) {
    sink.session(t.at, {
      phase: 'close',
      outcome: 'unconfirmed',
      detail: `COTP ${reasonText(subject.reason)}`,
      native,
    });
  } else if (subject.code === TPDU.ER) {
    sink.weird(t.at, { code: 'cotp.error', detail: `reject cause ${subject.reason}` });
  }
};
