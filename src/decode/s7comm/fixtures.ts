/** Literal S7comm PDUs (without TPKT and COTP) for the tests of this folder, each field with its meaning. */
export const SETUP_JOB = `
  32 01 0000 0000   # protocol, job, redundancy, PDU reference 0
  0008 0000         # parameter 8 octets, no data
  f0 00             # Setup Communication
  0001 0001 01e0    # one job each way, PDU of 480 octets`;
export const READ_JOB = `
  32 01 0000 0500 000e 0000
  04 01                     # Read Var, one item
  12 0a 10                  # variable specification, 10 octets, S7ANY
  02 0014                   # BYTE, 20 of them
  0005 84 000050            # DB 5, area DB, bit address 80 = octet 10`;
export const READ_ANSWER = `
  32 03 0000 0500 0002 0018
  00 00                     # no error
  04 01                     # Read Var, one item
  ff 04 00a0                # success, in bits: 160
  000102030405060708090a0b0c0d0e0f10111213`;
export const WRITE_JOB = `
  32 01 0000 0600 001a 000e
  05 02                     # Write Var, two items
  12 0a 10 01 0001 0001 84 000003   # DB1, BOOL at bit 3
  12 0a 10 08 0001 0000 83 000080   # M, REAL at octet 16
  00 03 0001 01 00          # bit, one; fill octet
  00 07 0004 42c80000       # real: 100.0`;
export const WRITE_ANSWER = `
  32 03 0000 0600 0002 0002
  00 00
  05 02
  ff 05                     # success; invalid address`;
export const REFUSAL = '32 02 0000 1500 0000 0000 d2 0c'; // ack: class 0xd2, code 0x0c
export const STOP_JOB = `
  32 01 0000 1c00 0010 0000
  29 00 00 00 00 00         # PLC Stop
  09 50 5f 50 52 4f 47 52 41 4d   # P_PROGRAM`;
export const COLD_START_JOB = `
  32 01 0000 1f00 0016 0000
  28 00 00 00 00 00 00 fd   # PI service
  0002 43 20                # argument "C "
  09 50 5f 50 52 4f 47 52 41 4d   # P_PROGRAM`;
export const DELETE_JOB = `
  32 01 0000 2000 001a 0000
  28 00 00 00 00 00 00 fd
  000a 01 00 30 41 30 30 30 30 31 42   # one block: 0A00001B
  05 5f 44 45 4c 45         # _DELE`;
export const LOGIN_JOB = `
  32 01 0000 2100 001c 0000
  28 00 00 00 00 00 00 fd
  0008 73 65 63 72 65 74 31 32   # the password
  09 5f 4e 5f 4c 4f 47 49 4e 5f  # _N_LOGIN_`;
export const START_UPLOAD_JOB = `
  32 01 0000 0800 0012 0000
  1d 00 0000 00000000       # Start Upload, no session yet
  09 5f 30 42 30 30 30 30 30 41   # _0B00000A: SDB 0, active
`;
export const START_UPLOAD_ANSWER = `
  32 03 0000 0800 0010 0000 00 00
  1d 00 0100 00000007       # session 7
  07 30 30 30 30 32 31 36   # 216 octets`;
export const SZL_REQUEST = `
  32 07 0000 0100 0008 0008
  00 01 12 04 11            # parameter head, request
  44 01 00                  # request to CPU functions, Read SZL, sequence 0
  ff 09 0004 0011 0000      # SZL 0x0011 index 0`;
export const SZL_ANSWER = `
  32 07 0000 0100 000c 0028
  00 01 12 08 12
  84 01 02                  # response from CPU functions, Read SZL, sequence 2
  00 00 0000                # alone, last, no error
  ff 09 0024
  0011 0000 001c 0001       # list, index, 28 octets per entry, one entry
  0007                      # basic firmware
  20202020202020202020202020202020202020 20   # no order number
  00c0 5603 0207            # module type; V3 . 2.7`;
export const PASSWORD_REQUEST = `
  32 07 0000 0600 0008 000c
  00 01 12 04 11 45 01 00   # request to security, PLC password
  ff 09 0008 213a1b1d6e681b1d`;
export const PASSWORD_ANSWER = `
  32 07 0000 0600 000c 0004
  00 01 12 08 12 85 01 00 00 00 0000
  0a 00 0000`;
export const SET_CLOCK_REQUEST = `
  32 07 0000 1700 0008 000e
  00 01 12 04 11 47 02 00
  ff 09 000a 00 19 16 02 08 23 08 10 00 02   # 2016-02-08 23:08:10, the weekday in the last four bits`;
export const STOP_INDICATION = `
  32 07 0000 0000 0008 0000
  00 01 00 10 10 00 00 00   # indication, mode transition, STOP`;
export const SUBSCRIBE_REQUEST = `
  32 07 0000 0900 0008 0014
  00 01 12 04 11 42 01 00   # request to cyclic services
  ff 09 0010
  0001 01 0a                # one item; every 10 times 1 s
  12 0a 10 04 0001 0000 83 000060   # MW12`;
export const SUBSCRIBE_ANSWER = `
  32 07 0000 0900 000c 000c
  00 01 12 08 12 82 01 05 00 00 0000   # sequence 5
  ff 09 0008 0001 ff 04 0010 1234`;
export const CYCLIC_INDICATION = `
  32 07 0000 0000 000c 000c
  00 01 12 08 12 02 01 05 00 00 0000
  ff 09 0008 0001 ff 04 0010 1235`;
export const FORCE_REQUEST = `
  32 07 0000 0a00 0008 0038
  00 01 12 04 11 41 09 00   # request to programmer commands, force
  ff 09 0034
  0014 001c                 # sizes: parameter 20, data 28
  0000000000000000000000000000000000000000
  0002                      # two variables
  20 01 0000 0004           # Q, bit: octet 4, bit 1
  72 01 0007 000c           # DB 7, word at 12
  ff 03 0001 01 00          # true, fill octet
  ff 04 0002 1234
  00 00`;
export const FORCE_ANSWER = `
  32 07 0000 0a00 000c 0004
  00 01 12 08 12 81 09 01 00 00 0000
  ff 09 0000`;
