/**
 * What the numbers in the attributes of RADIUS stand for. Source: IANA RADIUS Types; RFC 2865 section 5, RFC 2866 section 5,
 * RFC 2868 section 3, RFC 5176 section 3.5.
 */
import type { FieldCodes } from '../../core/decoder.ts';

const list = (first: number, text: string): ReadonlyMap<number, string> =>
  new Map(text.split(', ').map((name, i) => [first + i, name]));

/** By attribute number. */
const VALUES: ReadonlyMap<number, ReadonlyMap<number, string>> = new Map([
  [
    6, // Service-Type
    list(
      1,
      'Login, Framed, Callback Login, Callback Framed, Outbound, Administrative, NAS Prompt, Authenticate Only, Callback NAS Prompt, Call Check, Callback Administrative, Voice, Fax, Modem Relay, IAPP-Register, IAPP-AP-Check, Authorize Only',
    ),
  ],
  [7, list(1, 'PPP, SLIP, ARAP, Gandalf SingleLink/MultiLink, Xylogics IPX/SLIP, X.75 Synchronous')], // Framed-Protocol
  [15, list(0, 'Telnet, Rlogin, TCP Clear, PortMaster, LAT, X25-PAD, X25-T3POS')], // Login-Service
  [29, list(0, 'Default, RADIUS-Request')], // Termination-Action
  [
    40, // Acct-Status-Type
    new Map([...list(1, 'Start, Stop, Interim-Update'), ...list(7, 'Accounting-On, Accounting-Off'), [15, 'Failed']]),
  ],
  [45, list(1, 'RADIUS, Local, Remote, Diameter')], // Acct-Authentic
  [
    49, // Acct-Terminate-Cause
    list(
      1,
      'User Request, Lost Carrier, Lost Service, Idle Timeout, Session Timeout, Admin Reset, Admin Reboot, Port Error, NAS Error, NAS Request, NAS Reboot, Port Unneeded, Port Preempted, Port Suspended, Service Unavailable, Callback, User Error, Host Request, Supplicant Restart, Reauthentication Failure, Port Reinitialized, Port Administratively Disabled',
    ),
  ],
  [
    61, // NAS-Port-Type
    list(
      0,
      'Async, Sync, ISDN Sync, ISDN Async V.120, ISDN Async V.110, Virtual, PIAFS, HDLC Clear Channel, X.25, X.75, G.3 Fax, SDSL, ADSL-CAP, ADSL-DMT, IDSL, Ethernet, xDSL, Cable, Wireless - Other, Wireless - IEEE 802.11',
    ),
  ],
  [64, list(1, 'PPTP, L2F, L2TP, ATMP, VTP, AH, IP-IP, MIN-IP-IP, ESP, GRE, DVS, IP-in-IP Tunneling, VLAN')], // Tunnel-Type
  [65, list(1, 'IPv4, IPv6, NSAP, HDLC, BBN 1822, 802, E.163, E.164, F.69, X.121, IPX, Appletalk')], // Tunnel-Medium-Type
  [
    101, // Error-Cause
    new Map([
      ...list(201, 'Residual Session Context Removed, Invalid EAP Packet (Ignored)'),
      ...list(
        401,
        'Unsupported Attribute, Missing Attribute, NAS Identification Mismatch, Invalid Request, Unsupported Service, Unsupported Extension, Invalid Attribute Value',
      ),
      ...list(
        501,
        'Administratively Prohibited, Request Not Routable (Proxy), Session Context Not Found, Session Context Not Removable, Other Proxy Processing Error, Resources Unavailable, Request Initiated, Multiple Session Selection Unsupported',
      ),
    ]),
  ],
]);

/** The name of the value of an attribute. */
export const valueName = (attribute: number, value: number): string | undefined => VALUES.get(attribute)?.get(value);

export const radiusCodes: FieldCodes = {
  'attributes[].value': (value, sibling) => valueName(sibling('number'), value),
};
