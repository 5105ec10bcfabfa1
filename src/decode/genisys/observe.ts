/** Genisys in the common vocabulary: indications are values read, controls are commands to the station behind the line. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { type GenisysMessage, HEADER } from './wire.ts';

export interface GenisysState {
  /** Endpoint of each station, 0 while unknown; and whether it has answered. */
  readonly stations: Int32Array;
  readonly answered: Uint8Array;
}
export const openGenisys = (): GenisysState => ({ stations: new Int32Array(256), answered: new Uint8Array(256) });

const INDICATIONS: readonly string[] = Array.from({ length: 256 }, (_, i) => `indication byte ${i}`);
const CONTROLS: readonly string[] = Array.from({ length: 256 }, (_, i) => `control byte ${i}`);

const targetOf = (
  parent: EndpointId,
  station: number,
  answered: boolean,
  sink: ObservationSink,
  state: GenisysState,
): EndpointId => {
  const known = state.stations[station]!;
  if (known !== 0 && (!answered || state.answered[station] === 1)) return known;
  const id = sink.child(parent, 'other', `station ${station}`, answered);
  state.stations[station] = id;
  if (answered) state.answered[station] = 1;
  return id;
};

export const observeGenisys = (t: Transaction<GenisysMessage>, sink: ObservationSink, state: GenisysState): void => {
  const { request, response, at } = t;
  const m = request ?? response;
  if (m === undefined) return;
  for (const part of [request, response])
    if (part !== undefined && !part.crcRight)
      sink.weird(at, { code: 'genisys.crc', detail: `wrong CRC in ${part.type} of station ${part.station}` });
  const target = targetOf(at.server, m.station, response !== undefined, sink, state);
  const outcome = outcomeOf(t, false);
  if (request !== undefined) {
    const header = request.header;
    if (header === HEADER.CONTROL_DATA || header === HEADER.COMMON_CONTROL_DATA) {
      for (const [address, value] of request.pairs) {
        const object = CONTROLS[address]!;
        sink.command(at, { verb: 'control', operation: request.type, target, object, value, outcome, native: request });
        if (outcome === 'accepted') sink.value(at, { target, path: object, type: 'octet', value, access: 'write' });
      }
    } else if (header === HEADER.EXECUTE_CONTROLS)
      sink.command(at, {
        verb: 'control',
        operation: request.type,
        target,
        object: 'controls',
        outcome,
        native: request,
      });
    else
      sink.command(at, {
        verb: 'read',
        operation: request.type,
        target,
        object: 'indications',
        outcome,
        native: request,
      });
  }
  if (response === undefined || response.header !== HEADER.INDICATION_DATA || !response.crcRight) return;
  for (const [address, value] of response.pairs)
    sink.value(at, { target, path: INDICATIONS[address]!, type: 'octet', value, access: 'read' });
};
