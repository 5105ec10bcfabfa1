/**
 * How the PROFINET IO context management tells the decoder of cyclic frames what stands where in them: as octets that one
 * decoder carries to the other, so that no state is shared. A format of this project, never on a wire.
 */

/** Name of the decoder that understands the octets. */
export const PROFINET_RT = 'profinet-rt';

/** The data of one submodule in the frames of one provider. */
export interface RtPlace {
  readonly slot: number;
  readonly subslot: number;
  /** Octets behind the FrameID. */
  readonly offset: number;
  readonly length: number;
}

/** The cyclic frames of one provider of an application relation (AR). */
export interface RtFrames {
  /** Who sends them, and to whom: `00:1b:1b:02:9a:c3`. Each device chooses the FrameIDs that it gets. */
  readonly from: string;
  readonly to: string;
  readonly frameId: number;
  /** From the device to the controller. */
  readonly isInput: boolean;
  readonly places: readonly RtPlace[];
}

/** A submodule that was given F-parameters: its data end with what makes them safe. */
export interface RtSafety {
  readonly slot: number;
  readonly subslot: number;
  /** Octets of the CRC at the end: 3 or 4. */
  readonly crcOctets: number;
}

/** Of one AR: its frames once the device took the connection, then those of its submodules that get F-parameters. */
export type RtAnnouncement =
  | { readonly ar: string; readonly frames: readonly RtFrames[] }
  | { readonly ar: string; readonly safety: readonly RtSafety[] };

export const announceRt = (announcement: RtAnnouncement): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(announcement));

/** Only for octets that `announceRt` made. */
export const readRtAnnouncement = (b: Uint8Array, start: number, end: number): RtAnnouncement =>
  JSON.parse(new TextDecoder().decode(b.subarray(start, end))) as RtAnnouncement;
