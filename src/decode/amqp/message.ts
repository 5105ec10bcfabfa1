/** The messages of AMQP 0-9-1 and 1.0 as they are handed on. */
import type { Message } from '../../core/decoder.ts';

export interface AmqpHeader extends Message {
  readonly type: 'AMQP protocol header';
  readonly fromClient: boolean;
  /** `0-9-1`, `1.0`, `1.0 SASL`, `1.0 TLS`. */
  readonly version: string;
  readonly key: string;
  readonly role: 'single';
}
/** A method frame of 0-9-1 or a performative of 1.0. */
export interface AmqpMethod extends Message {
  readonly type: 'AMQP method' | 'AMQP performative';
  readonly fromClient: boolean;
  readonly channel: number;
  /** `queue.declare`, `attach`. */
  readonly name: string;
  /** Numbers of 0-9-1; of 1.0 -1 and the performative's descriptor. */
  readonly classId: number;
  readonly methodId: number;
  /** Arguments that say something, by the specification's names; credentials are `(masked)`. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
  readonly key: string;
  readonly role: 'request' | 'response' | 'single';
  /** A response that refuses: `404 NOT_FOUND - no queue`. */
  readonly refusal: string;
}
/** What is said of a content in front of it (0-9-1). */
export interface AmqpContentHeader extends Message {
  readonly type: 'AMQP content header';
  readonly fromClient: boolean;
  readonly channel: number;
  readonly classId: number;
  readonly bodySize: number;
  /** Properties that are there, by the specification's names. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
  readonly key: string;
  readonly role: 'single';
}
/** The content of a publish or delivery. */
export interface AmqpContent extends Message {
  readonly type: 'AMQP content';
  readonly fromClient: boolean;
  readonly channel: number;
  /** `exchange/routing key` of 0-9-1, the address of the link of 1.0. */
  readonly address: string;
  readonly payload: Uint8Array;
  readonly payloadLength: number;
  readonly key: string;
  readonly role: 'single';
}
export type AmqpMessage = AmqpHeader | AmqpMethod | AmqpContentHeader | AmqpContent;

export interface Content {
  address: string;
  /** Octets announced by the content header, and those that came. */
  size: number;
  done: number;
}
export interface AmqpState {
  /** `''` until the header or a frame tells; then `0-9-1` or `1.0`. */
  version: string;
  /** Octets of a long frame still to be passed over, for each direction (client, server). */
  readonly left: [number, number];
  /** 0-9-1: content that is being sent, by direction and channel. */
  readonly content: Map<number, Content>;
  /** 0-9-1: key of the request that a channel or connection close answers. */
  readonly waiting: Map<number, string>;
  /** 1.0: address of a link, by direction, channel and handle. */
  readonly links: Map<string, string>;
  user: string | undefined;
  /** Identities told already. */
  readonly said: Set<string>;
}
export const openAmqp = (): AmqpState => ({
  version: '',
  left: [0, 0],
  content: new Map(),
  waiting: new Map(),
  links: new Map(),
  user: undefined,
  said: new Set(),
});
