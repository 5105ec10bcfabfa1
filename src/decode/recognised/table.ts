/**
 * Protocols that are only recognised: that they are there, who speaks them and in which version, is all that a plant's
 * picture needs of them, or all that can be seen. One shape for all: a look at the first octets says what it is and, in
 * a few words, what it tells of itself.
 */
import type { Attachment, Decoder, Message, PduContext, Probe, Transaction } from '../../core/decoder.ts';
import type { Attribute, ObservationSink } from '../../core/observation.ts';

export interface RecognisedMessage extends Message {
  /** The protocol's own name of what was seen, constant. */
  readonly type: string;
  /** Version and what else it says of itself, by names: `{ version: '003.008' }`. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}
/**
 * A look at a payload: what it is, undefined when it is not the protocol. Never reads beyond `end`. `known`: the flow was
 * recognised before, so that less is needed to tell.
 */
export type Look = (
  b: Uint8Array,
  start: number,
  end: number,
  context: PduContext,
  known: boolean,
) => RecognisedMessage | undefined;

export interface Recognised {
  readonly name: string;
  readonly title: string;
  readonly family: 'it' | 'network';
  readonly attach: readonly Attachment[];
  readonly encrypted: boolean;
  readonly look: Look;
  /** Is what `look` accepts beyond chance, on any port? Otherwise the port must hint at it. */
  readonly sure: boolean;
  /** The session's opening in words; undefined says nothing. Default: the title. */
  readonly opens?: (m: RecognisedMessage) => string | undefined;
  /** Who names its software in the field `software`: the sender. */
  readonly attribute?: Attribute;
}

export interface RecognisedState {
  opened: boolean;
  software: string;
}

/** The decoder of a row: the first payloads are told, the rest passes. */
export const recognise = (row: Recognised): Decoder<RecognisedMessage, RecognisedState> => {
  const yes: Probe = row.sure ? 'sure' : 'maybe';
  return {
    name: row.name,
    title: row.title,
    family: row.family,
    attach: row.attach,
    encrypted: row.encrypted,
    probe: (b, start, end, context) => (row.look(b, start, end, context, false) === undefined ? 'no' : yes),
    open: () => ({ opened: false, software: '' }),
    decode(b, start, end, context, state) {
      const consumed = end - start;
      const message = row.look(b, start, end, context, state.opened);
      if (message !== undefined) return { kind: 'message', message, consumed };
      // What follows is encrypted or of no interest; what never was the protocol is given back.
      return state.opened ? { kind: 'skip', consumed } : { kind: 'foreign' };
    },
    observe(t: Transaction<RecognisedMessage>, sink: ObservationSink, state: RecognisedState): void {
      const m = t.request;
      if (m === undefined) return;
      const { software } = m.fields;
      if (
        row.attribute !== undefined &&
        typeof software === 'string' &&
        software !== '' &&
        software !== state.software
      ) {
        state.software = software;
        sink.identity(t.at, {
          endpoint: t.at.sender,
          attribute: row.attribute,
          value: software,
          confidence: 0.6,
          via: m.type,
        });
      }
      if (state.opened) return;
      state.opened = true;
      const detail = row.opens ? row.opens(m) : row.title;
      if (detail !== undefined) sink.session(t.at, { phase: 'open', outcome: 'unseen', detail });
    },
  };
};
