/**
 * What NetBIOS names say: a host owns unique names, belongs to a domain or workgroup by its group names, and browsers
 * announce their own operating system version.
 */
import type { Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import { suffixMeaning } from '../shared/netbios.ts';
import { type DatagramMessage, serverTypeText } from './datagram.ts';
import type { NbnsMessage } from './wire.ts';

/** Windows releases by version number, as far as a version alone tells (server and client editions share it). */
const WINDOWS = tableOf<string>({
  '4.0': 'Windows NT 4.0 or 95/98',
  '5.0': 'Windows 2000',
  '5.1': 'Windows XP',
  '5.2': 'Windows Server 2003 or XP x64',
  '6.0': 'Windows Vista or Server 2008',
  '6.1': 'Windows 7 or Server 2008 R2',
  '6.2': 'Windows 8 or Server 2012',
  '6.3': 'Windows 8.1 or Server 2012 R2',
  '10.0': 'Windows 10/11 or Server 2016 and later',
});

const nameFacts = (
  at: At,
  sink: ObservationSink,
  endpoint: EndpointId,
  name: string,
  suffix: number,
  group: boolean,
  via: string,
): void => {
  if (name === '' || name === '*' || name.startsWith('.')) return;
  if (group) {
    if (suffix === 0x00 || suffix === 0x1c || suffix === 0x1e)
      sink.identity(at, { endpoint, attribute: 'domain', value: name, confidence: 0.8, via });
    if (suffix === 0x1c)
      sink.identity(at, { endpoint, attribute: 'role', value: 'domain controller', confidence: 0.8, via });
    return;
  }
  if (suffix === 0x1b || suffix === 0x1d) {
    sink.identity(at, { endpoint, attribute: 'domain', value: name, confidence: 0.7, via });
    return;
  }
  if (suffix !== 0x00 && suffix !== 0x20) return;
  sink.name(at, { endpoint, kind: 'netbios', name, via: `${via}, ${suffixMeaning(suffix, false)}` });
};

export const observeNbns = (transaction: Transaction<NbnsMessage>, sink: ObservationSink): void => {
  const { request, response, at, state } = transaction;
  const sent = request ?? response;
  if (!sent) return;
  // Registrations and refreshes are the sender's own claim; most are broadcast and never answered.
  if (request && (request.operation !== 'query' || request.response)) {
    if (request.operation === 'release' || request.operation === 'wait') return;
    if (response && response.rcode !== 0) return;
    for (const r of request.additionals)
      for (const a of r.addresses)
        if (a.ip !== '0.0.0.0')
          nameFacts(
            at,
            sink,
            sink.mention(at, undefined, a.ip),
            r.name.name,
            r.name.suffix,
            a.group,
            'NBNS registration',
          );
    return;
  }
  const asked = request?.questions[0];
  // A node status question lists everything a host runs: the usual way to map a Windows network.
  if (asked?.recordType === 0x21)
    sink.command(at, {
      verb: 'discover',
      operation: 'NBNS node status',
      target: at.server,
      object: asked.name.name,
      outcome:
        state === 'single' ? 'unconfirmed' : response ? 'accepted' : state === 'unseen' ? 'unseen' : 'unanswered',
    });
  if (response?.rcode !== 0) return;
  for (const r of response.answers) {
    for (const a of r.addresses)
      if (a.ip !== '0.0.0.0')
        nameFacts(at, sink, sink.mention(at, undefined, a.ip), r.name.name, r.name.suffix, a.group, 'NBNS answer');
    for (const n of r.names) {
      if (!n.active) continue;
      nameFacts(at, sink, at.sender, n.name, n.suffix, n.group, 'NBNS node status');
      if (!n.group && n.suffix === 0)
        sink.identity(at, {
          endpoint: at.sender,
          attribute: 'hostname',
          value: n.name,
          confidence: 0.95,
          via: 'NBNS node status',
        });
    }
    if (r.unitId !== undefined && r.unitId !== '00:00:00:00:00:00')
      sink.name(at, { endpoint: at.sender, kind: 'mac', name: r.unitId, via: 'NBNS node status' });
  }
};

export const observeDatagram = (transaction: Transaction<DatagramMessage>, sink: ObservationSink): void => {
  const message = transaction.request ?? transaction.response;
  if (!message) return;
  const { at } = transaction;
  const endpoint = at.sender;
  if (message.source && message.source.suffix !== 0x1d && message.source.suffix !== 0x1b)
    nameFacts(at, sink, endpoint, message.source.name, message.source.suffix, false, 'NetBIOS datagram');
  const said = message.announcement;
  if (!said) return;
  const via = `browser ${said.command}`;
  if (said.command === 'domain announcement') {
    sink.identity(at, { endpoint, attribute: 'domain', value: said.name, confidence: 0.8, via });
    return;
  }
  sink.name(at, { endpoint, kind: 'netbios', name: said.name, via });
  sink.identity(at, { endpoint, attribute: 'hostname', value: said.name, confidence: 0.9, via });
  const windows = WINDOWS[said.osVersion];
  // Samba announces a Windows version too; the Unix bit tells it apart.
  if (said.serverType & 0x800)
    sink.identity(at, { endpoint, attribute: 'os', value: 'Unix (Samba)', confidence: 0.6, via });
  else if (windows) sink.identity(at, { endpoint, attribute: 'os', value: windows, confidence: 0.7, via });
  const role = serverTypeText(said.serverType);
  if (role !== '') sink.identity(at, { endpoint, attribute: 'role', value: role, confidence: 0.6, via });
  if (said.comment.trim() !== '')
    sink.identity(at, { endpoint, attribute: 'description', value: said.comment.trim(), confidence: 0.9, via });
};
