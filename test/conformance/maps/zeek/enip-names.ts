/** Words that ICSNPP's EtherNet/IP logs use for codes. */
const table = (text: string): Record<number, string> =>
  Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => {
        const at = line.trim().indexOf(' ');
        return [Number.parseInt(line.trim().slice(0, at), 16), line.trim().slice(at + 1)];
      }),
  );

export const COMMANDS = table(`
  00 NOP
  04 List Services
  63 List Identity
  64 List Interfaces
  65 Register Session
  66 Unregister Session
  6f Send RR Data
  70 Send Unit Data
  72 Indicate Status
  73 Cancel`);
export const ENIP_STATUS = table(`
  00 Success
  01 Invalid/Unsupported Command
  02 Insufficient Memory Resources
  03 Malformed or Incorrect Data
  64 Invalid Session Handle
  65 Invalid Length
  69 Unsupported Protocol Version
  6a CIP Service Not Allowed`);
export const CIP_STATUS = table(`
  00 Success
  01 Connection Failure
  02 Resource Unavailable
  03 Invalid Parameter Value
  04 Path Segment Error
  05 Path Destination Unknown
  06 Partial Transfer
  07 Connection Lost
  08 Service Not Supported
  09 Invalid Attribute Value
  0a Attribute List Error
  0b Already In Requested Mode/State
  0c Object State Conflict
  0d Object Already Exists
  0e Attribute Not Settable
  0f Privilege Violation
  10 Device State Conflict
  11 Reply Data Too Large
  12 Fragmentation Of A Primitive Value
  13 Not Enough Data
  14 Attribute Not Supported
  15 Too Much Data
  16 Object Does Not Exist
  17 Service Fragmentation Sequence Not In Progress
  18 No Stored Attribute Data
  19 Store Operation Failure
  1a Routing Failure, Request Packet Too Large
  1b Routing Failure, Response Packet Too Large
  1c Missing Attribute List Entry Data
  1d Invalid Attribute Value List
  1e Embedded Service Error
  1f Vendor Specific Error
  20 Invalid Parameter
  21 Write-Once Value Or Medium Already Written
  22 Invalid Reply Received
  23 Buffer Overflow
  24 Invalid Message Format
  25 Key Failure In Path
  26 Path Size Invalid
  27 Unexpected Attribute In List
  28 Invalid Member ID
  29 Member Not Settable
  2a Group 2 Only Server General Failure
  2b Unknown Modbus Error
  2c Attribute Not Gettable
  ff Still Processing`);
export const EXTENDED_STATUS = table(`
  100 Connection in use or duplicate Forward Open
  103 Transport class and trigger combination not supported
  106 Ownership conflict
  107 Target connection not found
  108 Invalid network connection parameter
  109 Invalid connection size
  110 Target for connection not configured
  111 RPI not supported
  112 RPI value(s) not acceptable
  113 Out of connections
  114 Vendor ID or product code mismatch
  115 Device type mismatch
  116 Revision mismatch
  117 Invalid produced or consumed application path
  118 Invalid or inconsistent configuration application path
  119 Non-listen only connection not opened
  11a Target object out of connections
  11b RPI is smaller than the production inhibit time
  11c Transport class not supported
  11d Production trigger not supported
  11e Direction not supported
  11f Invalid O->T Fixed/Variable
  120 Invalid T->O Fixed/Variable
  121 Invalid O->T Priority
  122 Invalid T->O Priority
  123 Invalid O->T connection type
  124 Invalid T->O connection type
  125 Invalid O->T redundant owner
  126 Invalid configuration size
  127 Invalid O->T size
  128 Invalid T->O size
  129 Invalid configuration application path
  12a Invalid consuming application path
  12b Invalid producing application path
  12c Configuration symbol does not exist
  12d Consuming symbol does not exist
  12e Producing symbol does not exist
  12f Inconsistent application path combination
  130 Inconsistent consume data format
  131 Inconsistent produce data format
  132 NULL ForwardOpen not supported
  203 Connection timed out
  204 Unconnected request timed out
  205 Parameter error in unconnected request
  206 Message too large for UnconnectedSend
  207 Unconnected acknowledged without reply
  301 No buffer memory available
  302 Network bandwidth not available for data
  303 No consumed connection ID filter available
  304 Not configured to send scheduled priority data
  305 Schedule signature mismatch
  306 Schedule signature validation not possible
  311 Port not available
  312 Link address not valid
  315 Invalid segment in connection path
  316 ForwardClose connection path mismatch
  317 Scheduling not specified
  318 Link address to self invalid
  319 Secondary resources unavailable
  31a Rack connection already established
  31b Module connection already established
  31c Miscellaneous
  31d Redundant connection mismatch
  31e No more user configurable link consumer resources available in the producing module
  31f No more user configurable link consumer resources configured in the producing module
  800 Network link offline
  801 Incompatible Multicast RPI
  802 Invalid Safety Connection Size
  803 Invalid Safety Connection Format
  804 Invalid Time Correction Connection Parameters
  805 Invalid Ping Interval EPI Multiplier
  806 Time Coordination Msg Min Multiplier
  807 Network Time Expectation Multiplier
  808 Timeout Multiplier
  809 Invalid Max Consumer Number
  80a Invalid CPCRC
  80b Time Correction Connection ID Invalid
  80c SCID Mismatch
  80d TUNID not set
  80e TUNID Mismatch
  80f Configuration operation not allowed
  810 No target application data available
  811 No originator application data available
  812 Node address has changed since the network was scheduled
  813 Not configured for off-subnet multicast
  814 Invalid produce/consume data format`);
export const CIP_SERVICES = table(`
  01 Get Attributes All
  02 Set Attributes All
  03 Get Attribute List
  04 Set Attribute List
  05 Reset
  06 Start
  07 Stop
  08 Create
  09 Delete
  0a Multiple Service Packet
  0d Apply Attributes
  0e Get Attributes Single
  10 Set Attributes Single
  11 Find Next Object Instance
  15 Restore
  16 Save
  17 No Forward Open
  18 Get Member
  19 Set Member
  1a Insert Member
  1b Remove Member
  1c Group Sync
  1d Get Connection Point Member List
  4b Execute PCCC Service
  4c Read Data
  4d Write Data
  4e Read Write Modify Data
  52 Read Data Fragmented
  53 Write Data Fragmented
  54 Forward Open`);
export const CIP_CLASSES = table(`
  01 Identity
  02 Message Router
  03 DeviceNet
  04 Assembly
  05 Connection
  06 Connection Manager
  07 Register
  08 Discrete Input Point
  09 Discrete Output Point
  0a Analog Input Point
  0b Analog Output Point
  0e Presence Sensing
  0f Parameter
  10 Parameter Group
  12 Group
  1d Discrete Input Group
  1e Discrete Output Group
  1f Discrete Group
  20 Analog Input Group
  21 Analog Output Group
  22 Analog Group
  23 Position Sensor
  24 Position Controller Supervisor
  25 Position Controller
  26 Block Sequencer
  27 Command Block
  28 Motor Data
  29 Control Supervisor
  2a AC/DC Drive
  2b Acknowledge Handler
  2c Overload
  2d Softstart
  2e Selection
  30 S-Device Supervisor
  31 S-Analog Sensor
  32 S-Analog Actuator
  33 S-Single Stage Controller
  34 S-Gas Calibration
  35 Trip Point
  37 File
  38 S-Partial Pressure
  39 Safety Supervisor
  3a Safety Validator
  3b Safety Discrete Output Point
  3c Safety Discrete Output Group
  3d Safety Discrete Input Point
  3e Safety Discrete Input Group
  3f Safety Dual Channel Output
  40 S-Sensor Calibration
  41 Event Log
  42 Motion Device Axis
  43 Time Sync
  44 Modbus
  45 Originator Connection List
  46 Modbus Serial Link
  47 Device Level Ring (DLR)
  48 QoS
  49 Safety Analog Input Point
  4a Safety Analog Input Group
  4b Safety Dual Channel Analog Input
  4c SERCOS III Link
  4d Target Connection List
  4e Base Energy
  4f Electrical Energy
  50 Non-Electrical Energy
  51 Base Switch
  52 SNMP
  53 Power Management
  54 RSTP Bridge
  55 RSTP Port
  56 PRP/HSR Protocol
  57 PRP/HSR Nodes Table
  58 Safety Feedback
  59 Safety Dual Channel Feedback
  5a Safety Stop Functions
  5b Safety Limit Functions
  5c Power Curtailment
  5d CIP Security
  5e EtherNet/IP Security
  5f Certificate Management
  67 PCCC Class
  f0 ControlNet
  f1 ControlNet Keeper
  f2 ControlNet Scheduling
  f3 Connection Configuration
  f4 Port
  f5 TCP/IP Interface
  f6 Ethernet Link
  f7 CompoNet
  f8 CompoNet Repeater`);
