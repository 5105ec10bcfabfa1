/** What answers say about the controller itself: model, version, mode, modules, name, memory card. */
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, Attribute, ObservationSink } from '../../core/observation.ts';
import { COMMAND, commandOf } from './commands.ts';
import type { FinsMessage } from './message.ts';

const MODES: Readonly<Record<number, string>> = { 0: 'PROGRAM', 1: 'DEBUG', 2: 'MONITOR', 4: 'RUN' };
const CARDS: Readonly<Record<number, string>> = { 1: 'SPRAM', 2: 'EPROM', 3: 'EEPROM' };

export const observeIdentity = (at: At, answer: FinsMessage, endpoint: EndpointId, sink: ObservationSink): void => {
  const d = answer.detail;
  const via = commandOf(answer.command).name;
  const say = (attribute: Attribute, value: string, confidence: number): void => {
    if (value !== '') sink.identity(at, { endpoint, attribute, value, confidence, via });
  };
  switch (d?.kind) {
    case 'controller':
      if (d.model === '') return;
      say('vendor', 'OMRON', 0.9);
      say('model', d.model, 1);
      say('firmware', d.version, 1);
      if (d.memoryCard > 0) say('memory-card', `${CARDS[d.memoryCard] ?? 'memory card'} ${d.memoryCardSize} KB`, 1);
      return;
    case 'connections':
      for (const { address, model } of d.units)
        if (model !== '')
          sink.module(at, { endpoint, slot: `unit ${address}`, vendor: 'OMRON', model, present: true, via });
      return;
    case 'status':
      say(
        'mode',
        (d.status & 1) === 0 && d.mode !== 0 ? `${MODES[d.mode] ?? d.mode} (stopped)` : (MODES[d.mode] ?? `${d.mode}`),
        1,
      );
      return;
    case 'text':
      if (answer.command === COMMAND.NAME_READ) say('station-name', d.text, 1);
      return;
    default:
  }
};
