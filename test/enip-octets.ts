/** Octets of real exchanges (1756-ENBT/A, 1756-L61, MicroLogix 1400), field by field, for the tests of decode/enip. */
import { bytesOf } from './decoding.ts';

/** A header: command, length, session, context; status and options 0. */
const header = (command: string, length: string, session = '00010211', context = '0481300018a7e100') => `
  ${command} # command
  ${length} # length of the data
  ${session} # session handle
  00000000 # status
  ${context} # sender context
  00000000 # options`;
const UNCONNECTED = `
  00000000 # interface handle: CIP
  0a00 # timeout, s
  0200 # two items
  0000 0000 # null address, no octets`;

export const IDENTITY = `
  0100 # vendor 1: Rockwell
  0e00 # device type 14: PLC
  3600 # product code 54
  10 14 # revision 16.20
  6030 # status 0x3060
  3f825100 # serial number
  14 313735362d4c36312f42204c4f47495835353631 # length, "1756-L61/B LOGIX5561"`;

export const registerRequest = bytesOf(`${header('6500', '0400', '00000000')}
  0100 # protocol version
  0000 # options`);
export const registerResponse = bytesOf(`${header('6500', '0400')}
  0100 0000`);

/** Get Attributes All of the Identity object in slot 0, sent through the module at the other end of the wire. */
export const identityOfSlot = (slot: string) =>
  bytesOf(`${header('6f00', '2400')} ${UNCONNECTED}
  b200 1400 # unconnected data, 20 octets
  52 02 2006 2401 # Unconnected Send, path of 2 words: class 6, instance 1
  06 9a # priority and ticks
  0600 # embedded request of 6 octets
  01 02 2001 2401 # Get Attributes All, class 1, instance 1
  01 00 # route of one word, reserved
  01 ${slot} # port 1 (backplane), slot`);
export const identityAnswer = bytesOf(`${header('6f00', '3700')} ${UNCONNECTED}
  b200 2700 # unconnected data, 39 octets
  81 00 00 00 # Get Attributes All response, reserved, success, no additional status
  ${IDENTITY}`);
export const slotTimeout = bytesOf(`${header('6f00', '1800')} ${UNCONNECTED}
  b200 0800 # unconnected data, 8 octets
  d2 00 01 01 0402 # Unconnected Send failed: status 1, one word: 0x0204
  0100 # remaining path, words, and padding`);

const CONNECTED_TO_TARGET = (length: string) => `
  00000000 # interface handle
  0100 # timeout
  0200 # two items
  a100 0400 01037900 # connected address: O->T id 0x00790301
  b100 ${length} # connected data`;
const CONNECTED_TO_ORIGINATOR = (length: string) => `
  00000000 0000 0200
  a100 0400 1300fe80 # connected address: T->O id 0x80fe0013
  b100 ${length} # connected data`;

export const forwardOpen = bytesOf(`${header('6f00', '4000')} ${UNCONNECTED}
  b200 3000 # 48 octets
  54 02 2006 2401 # Forward Open to the Connection Manager
  07 f9 # priority, ticks
  00000000 # O->T id: chosen by the target
  1300fe80 # T->O id
  1400 4d00 f32b9532 # connection serial number, originator's vendor and serial number
  00 000000 # timeout multiplier, reserved
  00127a00 f443 # O->T packet interval 8 s, parameters: 500 octets
  00127a00 f443 # T->O
  a3 # transport class 3, server, application trigger
  03 0100 2002 2401 # path of 3 words: backplane slot 0, Message Router 1`);
export const forwardOpened = bytesOf(`${header('6f00', '2e00')} ${UNCONNECTED}
  b200 1e00 # 30 octets
  d4 00 00 00 # success
  01037900 # O->T id
  1300fe80 # T->O id
  1400 4d00 f32b9532 # the triad again
  00127a00 00127a00 # actual intervals
  00 00 # no application reply`);

export const stopRequest =
  bytesOf(`${header('7000', '1c00', '00010211', '0000000000000000')} ${CONNECTED_TO_TARGET('0800')}
  8700 # sequence count
  07 02 208e 2401 # Stop, class 0x8e, instance 1`);
export const stopAnswer =
  bytesOf(`${header('7000', '1a00', '00010211', '0000000000000000')} ${CONNECTED_TO_ORIGINATOR('0600')}
  8700 87 00 00 00`);

export const readTag = bytesOf(`${header('6f00', '2c00', 'd00a9100', '0000000030000000')} ${UNCONNECTED}
  b200 1c00 # 28 octets
  52 02 2006 2401 05 9d # Unconnected Send
  0e00 # embedded request of 14 octets
  4c 05 9108 4649543230313a32 0100 # Read Tag "FIT201:2", one element
  0100 0100 # route: slot 0`);
export const readTagAnswer = bytesOf(`${header('6f00', '1a00', 'd00a9100', '0000000030000000')} ${UNCONNECTED}
  b200 0a00 # 10 octets
  cc 00 00 00 # Read Tag response, success
  ca00 cdcc1c40 # REAL 2.45`);
export const writeTag = bytesOf(`${header('6f00', '2400')} ${UNCONNECTED}
  b200 1400 # 20 octets
  4d 05 9108 4c6576656c5f5350 # Write Tag "Level_SP"
  c400 0100 78050000 # DINT, one element, 1400`);
export const writeRefused = bytesOf(`${header('6f00', '1600')} ${UNCONNECTED}
  b200 0600 # 6 octets
  cd 00 ff 01 0721 # Write Tag: vendor's status with additional word 0x2107 (type mismatch)`);

export const multiple =
  bytesOf(`${header('7000', '3200', '00010211', '0000000000000000')} ${CONNECTED_TO_TARGET('1e00')}
  8807 # sequence count
  0a 02 2002 2401 # Multiple Service Packet to the Message Router
  0200 0600 1000 # two parts at offsets 6 and 16
  03 02 2001 2401 0100 0500 # Get Attribute List: Identity 1, one attribute: 5
  4c 02 2072 2400 # service 0x4c on class 0x72`);
export const multipleAnswer =
  bytesOf(`${header('7000', '2e00', '00010211', '0000000000000000')} ${CONNECTED_TO_ORIGINATOR('1a00')}
  8807
  8a 00 1e 00 # one of the parts failed
  0200 0600 1000 # two answers
  83 00 00 00 0100 0500 0000 # the list again; the value is cut here, which only this answer feels
  cc 00 05 00 # path destination unknown`);

export const pcccMode =
  bytesOf(`${header('7000', '2900', '09a6183f', '0000000000000000')} ${CONNECTED_TO_TARGET('1500')}
  4be3 # sequence count
  4b 02 2067 2401 # Execute PCCC
  07 4d00 e0312b3d # requestor: length, vendor, serial number
  0f 00 4ec6 80 01 # command 0x0f, status, transaction, function 0x80: change mode to program`);
export const pcccForce =
  bytesOf(`${header('7000', '3300', '09a6183f', '0000000000000000')} ${CONNECTED_TO_TARGET('1f00')}
  56ea 4b 02 2067 2401 07 4d00 e0312b3d
  0f 00 62d4 ab # masked write, three address fields
  04 01 a2 00 00 # 4 octets, file 1, type 0xa2 (input forces), element 0, sub-element 0
  2000 20002000 # mask, data`);
export const pcccAnswer =
  bytesOf(`${header('7000', '2500', '09a6183f', '0000000000000000')} ${CONNECTED_TO_ORIGINATOR('1100')}
  4be3 cb 00 00 00 07 4d00 e0312b3d 4f 60 4ec6 # reply: status 0x60, refused by protection`);

export const listIdentity = bytesOf(`${header('6300', '0000', '00000000', 'c1debed100000000')}`);
export const listIdentityAnswer = bytesOf(`${header('6300', '3300', '00000000', 'c1debed100000000')}
  0100 0c00 2d00 # one item: identity, 45 octets
  0100 # protocol version
  0002 af12 0a0101a4 0000000000000000 # family, port 44818, 10.1.1.164
  0100 0c00 3a00 04 03 3000 8e4d5200 # vendor 1, type 12, product 58, 4.3, status, serial number
  0b 313735362d454e42542f41 03 # "1756-ENBT/A", operational`);
export const setIpAddress = bytesOf(`${header('6f00', '2e00')} ${UNCONNECTED}
  b200 1e00 # 30 octets
  10 03 20f5 2401 3005 # Set Attribute Single: TCP/IP Interface 1, attribute 5
  7d0aa8c0 00ffffff 00000000 00000000 00000000 0000 # 192.168.10.125, mask, no gateway, name servers, domain`);
/** Set Attribute Single of attribute `path` (class, instance, attribute) with octets. */
export const setAttribute = (path: string, data: string): Uint8Array => {
  const cip = bytesOf(`10 03 ${path} ${data}`);
  return bytesOf(
    `${header('6f00', `${(16 + cip.length).toString(16).padStart(2, '0')}00`)} ${UNCONNECTED}
    b200 ${cip.length.toString(16).padStart(2, '0')}00 ${Buffer.from(cip).toString('hex')}`,
  );
};
