/**
 * The one filter grammar, for lists, exports and the command line (`?q=`). The server implements it over these fields;
 * the console offers them for completion.
 *
 * ```
 * filter  := term*                      all terms must hold (AND)
 * term    := [-] ( word | "quoted words" | field op value )
 * op      := :  contains, case-insensitive (text), or equals (numbers, words of a closed list, booleans)
 *            := := equals exactly     :> :< :>= :<=  compare (numbers, times as RFC 3339 or `7d`, `2h`, `15m` = ago)
 * value   := text without blanks | "quoted" | a,b,c (any of) | * (is known)   ; `-field:*` is "not known"
 * ```
 * `-` negates. A bare word is looked for in the list's free-text fields. An IP value may be a prefix in CIDR notation
 * (`ip:10.1.0.0/16`). An unknown field or a value that does not fit is error `filter-invalid`, with the column where it
 * went wrong in the message; it is never ignored.
 *
 * Examples: `role:plc vendor:siemens -firmware:*` (Siemens PLCs whose firmware is not known);
 * `verb:write,mode-change outcome:refused last:>2h`; `level:<2 "packing line"`.
 */
import type { ListName } from './words.ts';

export type FieldKind = 'text' | 'word' | 'number' | 'time' | 'ip' | 'boolean';
export interface FilterField {
  readonly name: string;
  readonly kind: FieldKind;
  /** One line for the completion menu. */
  readonly help: string;
  /** May be given as `sort`. */
  readonly sorts: boolean;
  /** A bare word is looked for here. */
  readonly free?: boolean;
}
const f = (name: string, kind: FieldKind, help: string, sorts = true, free = false): FilterField =>
  free ? { name, kind, help, sorts, free } : { name, kind, help, sorts };

export const FILTER_FIELDS: Readonly<Record<ListName, readonly FilterField[]>> = {
  alerts: [
    f('id', 'text', 'the alert', false),
    f('title', 'text', 'headline', true, true),
    f('kind', 'text', 'kind of finding: new-writer, point.stuck ...', true, true),
    f('family', 'word', 'policy, protocol, malware, anomaly, operational, process'),
    f('detector', 'text', 'detector'),
    f('priority', 'word', 'urgent, high, medium, low'),
    f('impact', 'word', 'safety, uptime, quality, regulatory, none'),
    f('certainty', 'word', 'certain, likely, possible'),
    f('surprise', 'number', 'how unusual, 0 to 1'),
    f('state', 'word', 'new, acknowledged, closed'),
    f('open', 'boolean', 'it goes on'),
    f('review', 'word', 'true, false, benign, unsure; - not reviewed'),
    f('assignee', 'text', 'who takes care of it'),
    f('actor', 'text', 'who acts: name, address or asset id', true, true),
    f('target', 'text', 'to whom: name, address or asset id', true, true),
    f('asset', 'text', 'either side', false),
    f('point', 'text', 'point concerned', false, true),
    f('protocol', 'text', 'protocol'),
    f('technique', 'text', 'ATT&CK technique id', false),
    f('incident', 'text', 'incident id', false),
    f('folded', 'boolean', 'another alert stands for its incident'),
    f('under', 'text', 'folded under this alert', false),
    f('folds', 'number', 'alerts of its incident folded under it'),
    f('window', 'text', 'maintenance window', false),
    f('findings', 'number', 'episodes'),
    f('count', 'number', 'times seen'),
    f('rank', 'number', 'place in the queue'),
    f('first', 'time', 'first seen'),
    f('last', 'time', 'last seen'),
  ],
  findings: [
    f('id', 'text', 'the finding', false),
    f('title', 'text', 'headline', true, true),
    f('kind', 'text', 'kind of finding', true, true),
    f('family', 'word', 'policy, protocol, malware, anomaly, operational, process'),
    f('detector', 'text', 'detector'),
    f('impact', 'word', 'safety, uptime, quality, regulatory, none'),
    f('certainty', 'word', 'certain, likely, possible'),
    f('surprise', 'number', 'how unusual, 0 to 1'),
    f('open', 'boolean', 'it goes on'),
    f('actor', 'text', 'who acts', true, true),
    f('target', 'text', 'to whom', true, true),
    f('asset', 'text', 'either side', false),
    f('point', 'text', 'point concerned', false, true),
    f('protocol', 'text', 'protocol'),
    f('technique', 'text', 'ATT&CK technique id', false),
    f('alert', 'text', 'alert id', false),
    f('incident', 'text', 'incident id', false),
    f('window', 'text', 'maintenance window', false),
    f('count', 'number', 'times seen'),
    f('first', 'time', 'first seen'),
    f('last', 'time', 'last seen'),
  ],
  incidents: [
    f('id', 'text', 'the incident', false),
    f('title', 'text', 'headline', true, true),
    f('stage', 'text', 'tactic that was reached'),
    f('priority', 'word', 'urgent, high, medium, low'),
    f('impact', 'word', 'safety, uptime, quality, regulatory, none'),
    f('state', 'word', 'open, closed'),
    f('assignee', 'text', 'who takes care of it'),
    f('asset', 'text', 'an asset in it', false, true),
    f('findings', 'number', 'findings joined'),
    f('alerts', 'number', 'alerts that are not closed'),
    f('assets', 'number', 'assets concerned'),
    f('crosses', 'boolean', 'goes from IT to OT'),
    f('first', 'time', 'first seen'),
    f('last', 'time', 'last seen'),
  ],
  assets: [
    f('name', 'text', 'name', true, true),
    f('role', 'word', 'role: plc, hmi, switch ...'),
    f('level', 'number', 'Purdue level 0 to 5'),
    f('vendor', 'text', 'vendor', true, true),
    f('model', 'text', 'model or order number', true, true),
    f('firmware', 'text', 'firmware', true, true),
    f('serial', 'text', 'serial number', true, true),
    f('os', 'text', 'operating system', true, true),
    f('ip', 'ip', 'IP address or prefix', true, true),
    f('mac', 'text', 'MAC address or its beginning', true, true),
    f('vlan', 'number', 'VLAN id', false),
    f('network', 'text', 'network, as 192.168.0.0/24'),
    f('protocol', 'text', 'protocol served or spoken', false),
    f('user', 'text', 'user seen', false),
    f('kind', 'word', 'device, child, silent-child'),
    f('parent', 'text', 'asset id of the gateway', false),
    f('first', 'time', 'first seen'),
    f('last', 'time', 'last seen'),
    f('contradictions', 'number', 'number of attributes with contradicting facts'),
    f('note', 'text', 'words in the notes', false),
  ],
  flows: [
    f('id', 'text', 'the conversation', false),
    f('client', 'text', 'client: name, address or asset id', true, true),
    f('server', 'text', 'server: name, address or asset id', true, true),
    f('asset', 'text', 'either side: name, address or asset id', false),
    f('protocol', 'text', 'protocol; - none recognised', true, true),
    f('transport', 'word', 'tcp, udp, icmp, ip, ethernet'),
    f('port', 'number', 'server port'),
    f('bytes', 'number', 'octets, both directions'),
    f('packets', 'number', 'packets, both directions'),
    f('flows', 'number', 'number of connections'),
    f('decoded', 'number', 'decoded share of payload, 0 to 1'),
    f('oneway', 'boolean', 'only one direction is visible'),
    f('encrypted', 'boolean', 'content is encrypted'),
    f('copy', 'boolean', 'seen once more behind a router or translator', false),
    f('verb', 'word', 'has commands with this verb', false),
    f('refused', 'number', 'refused commands'),
    f('first', 'time', 'first seen'),
    f('last', 'time', 'last seen'),
  ],
  commands: [
    f('verb', 'word', 'read, write, mode-change ...'),
    f('engineering', 'boolean', 'engineering verbs only', false),
    f('writes', 'boolean', 'verbs that change something', false),
    f('operation', 'text', "the protocol's name of the service", true, true),
    f('client', 'text', 'who asked: name, address or asset id', true, true),
    f('target', 'text', 'who was asked: name, address or asset id', true, true),
    f('asset', 'text', 'either side', false),
    f('object', 'text', 'what was addressed', true, true),
    f('value', 'text', 'value written'),
    f('outcome', 'word', 'accepted, refused, unanswered, unseen, unconfirmed'),
    f('reason', 'text', 'reason of the refusal', true, true),
    f('protocol', 'text', 'protocol'),
    f('user', 'text', 'user'),
    f('count', 'number', 'repetitions'),
    f('first', 'time', 'first seen'),
    f('last', 'time', 'last seen'),
  ],
  points: [
    f('asset', 'text', 'asset that serves it: name, address or asset id', true, true),
    f('path', 'text', 'address or name of the point', true, true),
    f('protocol', 'text', 'protocol'),
    f('type', 'text', 'type'),
    f('value', 'text', 'latest value'),
    f('writer', 'text', 'last writer', true),
    f('reader', 'text', 'last reader', true),
    f('written', 'boolean', 'somebody wrote to it', false),
    f('reads', 'number', 'times read'),
    f('writes', 'number', 'times written'),
    f('changes', 'number', 'times its value changed'),
    f('cadence', 'number', 'milliseconds between sightings'),
    f('last', 'time', 'last seen'),
    f('changed', 'time', 'last change'),
  ],
  sessions: [
    f('protocol', 'text', 'protocol', true, true),
    f('phase', 'word', 'open, authenticate, close'),
    f('client', 'text', 'client', true, true),
    f('server', 'text', 'server', true, true),
    f('asset', 'text', 'either side', false),
    f('user', 'text', 'user', true, true),
    f('outcome', 'word', 'outcome'),
    f('clear', 'boolean', 'credential sent in clear', false),
    f('count', 'number', 'repetitions'),
    f('last', 'time', 'last seen'),
  ],
  changes: [
    f('asset', 'text', 'asset', true, true),
    f('what', 'text', 'what changed', true, true),
    f('before', 'text', 'before', false, true),
    f('after', 'text', 'after', false, true),
    f('at', 'time', 'when'),
  ],
  weirds: [
    f('protocol', 'text', 'protocol', true, true),
    f('code', 'text', 'code', true, true),
    f('detail', 'text', 'detail', false, true),
    f('client', 'text', 'client', true, true),
    f('server', 'text', 'server', true, true),
    f('asset', 'text', 'either side', false),
    f('count', 'number', 'repetitions'),
    f('last', 'time', 'last seen'),
  ],
  journal: [
    f('who', 'text', 'who did it', true, true),
    f('what', 'text', 'what was done', true, true),
    f('subject', 'text', 'to what', true, true),
    f('at', 'time', 'when'),
  ],
};
