/** Niagara Fox: both ends describe themselves in the hello; logins, and what is asked of the station. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { Attribute, ObservationSink, Verb } from '../../core/observation.ts';
import { MASKED } from '../../lib/masked.ts';
import type { FoxMessage } from './wire.ts';

const field = (m: FoxMessage, name: string): string => {
  for (const f of m.fields) if (f.name === name) return f.value.trim();
  return '';
};

const describe = (t: Transaction<FoxMessage>, m: FoxMessage, endpoint: EndpointId, sink: ObservationSink): void => {
  const via = 'Fox hello';
  const say = (attribute: Attribute, value: string): void => {
    if (value !== '') sink.identity(t.at, { endpoint, attribute, value, confidence: 0.95, via });
  };
  const join = (a: string, b: string): string => `${a} ${b}`.trim();
  const host = field(m, 'hostName');
  // Controllers put their address here.
  if (host !== '' && host !== field(m, 'hostAddress')) {
    say('hostname', host);
    sink.name(t.at, { endpoint, kind: 'other', name: host, via });
  }
  const brand = field(m, 'brandId');
  say('vendor', brand === '' ? 'Tridium' : `Tridium (${brand})`);
  say('os', join(field(m, 'os.name'), field(m, 'os.version')));
  say('software', join(`Niagara ${field(m, 'app.name')}`, field(m, 'app.version')));
  say('station-name', field(m, 'station.name'));
  say('serial', field(m, 'hostId'));
  const app = field(m, 'app.name');
  if (app === 'Station') say('device-type', 'Niagara station');
  else if (app === 'Workbench') say('device-type', 'engineering workstation');
  const vm = join(field(m, 'vm.name'), field(m, 'vm.version'));
  if (vm !== '') say('description', `virtual machine ${vm}`);
};

const VERBS: readonly (readonly [RegExp, Verb])[] = [
  [/^(read|get|load|list|query|resolve|file.*read|fetch)/i, 'read'],
  [/^(sub|unsub)/i, 'subscribe'],
  [/^(write|set|add|rename|reorder|sync|update|commit)/i, 'write'],
  [/^(remove|delete)/i, 'delete'],
  [/^(invoke|action|exec|spy)/i, 'invoke'],
  [/^(reboot|restart|shutdown)/i, 'restart'],
];
const verbOf = (command: string): Verb => {
  for (const [pattern, verb] of VERBS) if (pattern.test(command)) return verb;
  return 'invoke';
};

export const observeFox = (t: Transaction<FoxMessage>, sink: ObservationSink): void => {
  const m = t.request ?? t.response;
  if (m === undefined) return;
  const at = t.at;
  if (m.channel === 'fox') {
    if (m.command === 'hello') {
      describe(t, m, at.sender, sink);
      if (at.sender === at.client)
        sink.session(at, { phase: 'open', outcome: 'unconfirmed', detail: field(m, 'app.name') });
    } else if (m.command === 'login' || m.command === 'auth') {
      const user = field(m, 'username') || field(m, 'user');
      const clear = m.fields.some((f) => f.name === 'password' && f.value === MASKED) && field(m, 'method') === 'basic';
      sink.session(at, {
        phase: 'authenticate',
        outcome: 'unconfirmed',
        ...(user === '' || user === MASKED ? {} : { user }),
        ...(clear ? { clearCredential: true } : {}),
        detail: field(m, 'method') || 'login',
      });
    } else if (m.command === 'rejected')
      sink.session(at, { phase: 'authenticate', outcome: 'refused', detail: field(m, 'reason') || 'rejected' });
    else if (m.command === 'ready' || m.command === 'welcome')
      sink.session(at, { phase: 'authenticate', outcome: 'accepted' });
    else if (m.command === 'goodbye') sink.session(at, { phase: 'close', outcome: 'unconfirmed' });
    return;
  }
  if (m.kind === 'r' || m.kind === 'e') return;
  const refused = t.response?.kind === 'e';
  const path = field(m, 'ord') || field(m, 'slotPath') || field(m, 'path') || field(m, 'id');
  sink.command(at, {
    verb: verbOf(m.command),
    operation: m.type,
    target: at.receiver,
    object: `${m.channel} ${m.command}${path === '' ? '' : ` ${path}`}`,
    outcome: outcomeOf(t, refused),
    native: m,
  });
};
