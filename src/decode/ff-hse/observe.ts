/** What HSE says: who a device is, what is read, written, loaded and started in it. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { Attribute, ObservationSink, Verb } from '../../core/observation.ts';
import { ERROR, type FfMessage, serviceName } from './wire.ts';

/** FMS services by what they do; what is not named is a read. */
const VERBS: Readonly<Record<number, Verb>> = {
  643: 'discover',
  513: 'discover',
  652: 'configure',
  654: 'configure',
  655: 'configure',
  899: 'write',
  979: 'write',
  903: 'configure',
  904: 'delete',
  905: 'program-download',
  906: 'program-download',
  907: 'program-download',
  908: 'program-upload',
  909: 'program-upload',
  910: 'program-upload',
  911: 'program-download',
  912: 'program-upload',
  913: 'configure',
  914: 'delete',
  915: 'mode-change',
  916: 'mode-change',
  917: 'mode-change',
  918: 'restart',
  919: 'mode-change',
  920: 'configure',
  921: 'control',
  924: 'configure',
  925: 'configure',
  926: 'configure',
  927: 'program-download',
  928: 'program-download',
  929: 'program-download',
  1154: 'configure',
};
/** Session services and what devices say on their own are no commands. */
const SILENT = new Set([0x183, 0x202, 0x210, 0x301, 0x302, 0x401]);
const REPORTS = new Set([0x300, 0x310, 0x311, 0x312]);

const pathOf = (m: FfMessage): string =>
  `${m.fdaAddress.toString(16).padStart(8, '0')} index ${m.index}${m.subindex < 0 ? '' : `.${m.subindex}`}`;

export const observeFf = (t: Transaction<FfMessage>, sink: ObservationSink): void => {
  const { request, response, at } = t;
  const known = request ?? response!;
  const teller = response ?? (known.service === 0x210 ? known : undefined);
  if (teller !== undefined) {
    const say = (attribute: Attribute, value: string): void => {
      if (value !== '')
        sink.identity(at, { endpoint: at.sender, attribute, value, confidence: 1, via: serviceName(teller.service) });
    };
    say('serial', teller.deviceId);
    say('plant-id', teller.pdTag);
    say('vendor', teller.vendor);
    say('model', teller.model);
    say('firmware', teller.revision);
  }
  if (REPORTS.has(known.service)) {
    sink.value(at, { target: at.sender, path: pathOf(known), type: 'bytes', value: known.value, access: 'read' });
    return;
  }
  const refused = response?.messageType === ERROR;
  const outcome = outcomeOf(t, refused);
  if (known.service === 0x181) {
    sink.session(at, { phase: 'open', outcome, detail: `FDA session${refused ? `: ${response.errorText}` : ''}` });
    return;
  }
  if (known.service === 0x3e0 || known.service === 0x370) {
    sink.session(at, { phase: known.service === 0x3e0 ? 'open' : 'close', outcome, detail: 'FMS' });
    return;
  }
  if (SILENT.has(known.service) || request === undefined) return;
  const verb = VERBS[known.service] ?? 'read';
  const isValue = request.index >= 0 && known.service !== 0x384;
  sink.command(at, {
    verb,
    operation: serviceName(known.service),
    target: at.server,
    object: request.index >= 0 ? pathOf(request) : undefined,
    value: isValue && verb === 'write' ? request.value : undefined,
    outcome,
    reason: refused ? response.errorText : undefined,
  });
  if (!isValue || outcome !== 'accepted') return;
  const value = verb === 'write' ? request.value : (response?.value ?? '');
  if (value !== '')
    sink.value(at, {
      target: at.server,
      path: pathOf(request),
      type: 'bytes',
      value,
      access: verb === 'write' ? 'write' : 'read',
    });
};
