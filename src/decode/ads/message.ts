/** Messages of ADS over AMS/TCP and of the discovery datagrams. All integers on the wire are little-endian. */
import type { Message } from '../../core/decoder.ts';

/** An AMS packet with its ADS service. */
export interface AdsMessage extends Message {
  readonly kind: 'ads';
  /** `5.13.117.96.1.1`. */
  readonly targetNetId: string;
  readonly targetPort: number;
  readonly sourceNetId: string;
  readonly sourcePort: number;
  readonly command: number;
  /** Bit 0 response, bit 2 ADS command, bit 6 UDP. */
  readonly stateFlags: number;
  readonly response: boolean;
  /** Of the AMS header: the router's word. */
  readonly errorCode: number;
  readonly invokeId: number;
  /** Of answers: the device's word; -1 where there is none. */
  readonly result: number;
  /** -1 where the service has none. */
  readonly indexGroup: number;
  readonly indexOffset: number;
  /** Octets asked for; -1 where the service has none. */
  readonly length: number;
  /** Octets written or read. */
  readonly data: Uint8Array;
  readonly detail: AdsDetail | undefined;
  /** '' or `length`: lengths inside contradict the AMS length. */
  readonly defect: '' | 'length';
}

export interface AdsSample {
  readonly handle: number;
  readonly data: Uint8Array;
}

export type AdsDetail =
  | {
      readonly kind: 'device';
      readonly major: number;
      readonly minor: number;
      readonly build: number;
      readonly name: string;
      /** Octets behind the end of the name, in hexadecimal, where they are not zero: what lay in the device's memory. */
      readonly rest?: string;
    }
  | { readonly kind: 'state'; readonly adsState: number; readonly deviceState: number }
  /** Delays in units of 100 ns. */
  | {
      readonly kind: 'subscription';
      readonly transmissionMode: number;
      readonly maxDelay: number;
      readonly cycleTime: number;
      /** 16 octets that are reserved, in hexadecimal, where they are not zero. */
      readonly reserved?: string;
    }
  | { readonly kind: 'handle'; readonly handle: number }
  /** Time stamps as Windows FILETIME. */
  | {
      readonly kind: 'stamps';
      readonly stamps: readonly { readonly time: bigint; readonly samples: readonly AdsSample[] }[];
    };

/** What the AMS routers say to each other below ADS: connect and close ports, notifications. */
export interface AmsRouterMessage extends Message {
  readonly kind: 'router';
  /** 1 port close, 0x1000 port connect, 0x1001 router notification, 0x1002 local NetId. */
  readonly command: number;
  readonly data: Uint8Array;
}

export interface AdsTag {
  readonly id: number;
  readonly name: string;
  readonly value: string | number;
  /** Octets behind the end of a text, in hexadecimal, where they are not zero. */
  readonly rest?: string;
}

/** Discovery and route datagrams on UDP 48899. */
export interface AdsDiscoveryMessage extends Message {
  readonly kind: 'discovery';
  readonly invokeId: number;
  /** 1 server info, 6 add route; without the answer's bit 31. */
  readonly service: number;
  readonly response: boolean;
  readonly netId: string;
  readonly port: number;
  /** As announced. */
  readonly tagCount: number;
  /** Tags by number, as text or number; the password is masked. */
  readonly tags: readonly AdsTag[];
}

export type AnyAdsMessage = AdsMessage | AmsRouterMessage | AdsDiscoveryMessage;
