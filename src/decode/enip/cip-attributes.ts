/**
 * Names of the attributes of CIP objects. Source: The CIP Networks Library Volume 1, chapter 4 (class attributes) and 5A (Identity,
 * Message Router, Assembly, Connection Manager, Parameter, Time Sync, Port), Volume 2, chapter 5 (TCP/IP Interface, Ethernet Link, DLR, QoS).
 */

const PORT = 0xf4;

// biome-ignore format: tables, from attribute 1 on; '' is reserved
const INSTANCE: ReadonlyMap<number, readonly string[]> = new Map([
  [0x01, ['Vendor ID', 'Device Type', 'Product Code', 'Revision', 'Status', 'Serial Number', 'Product Name', 'State', 'Configuration Consistency Value', 'Heartbeat Interval', 'Active Language', 'Supported Language List', 'International Product Name', 'Semaphore', 'Assigned Name', 'Assigned Description', 'Geographic Location', 'Modbus Identity Info', 'Protection Mode']],
  [0x02, ['Object List', 'Number Available', 'Number Active', 'Active Connections']],
  [0x04, ['Number of Members', 'Member List', 'Data', 'Size']],
  [0x06, ['Open Requests', 'Open Format Rejects', 'Open Resource Rejects', 'Open Other Rejects', 'Close Requests', 'Close Format Rejects', 'Close Other Rejects', 'Connection Timeouts', 'Connection Entry List', '', 'CPU Utilization', 'Max Buffer Size', 'Buffer Size Remaining']],
  [0x0f, ['Parameter Value', 'Link Path Size', 'Link Path', 'Descriptor', 'Data Type', 'Data Size', 'Parameter Name', 'Units', 'Help', 'Minimum Value', 'Maximum Value', 'Default Value']],
  [0x43, ['PTP Enable', 'Is Synchronized', 'System Time Microseconds', 'System Time Nanoseconds', 'Offset From Master', 'Max Offset From Master', 'Mean Path Delay To Master', 'Grandmaster Clock Info', 'Parent Clock Info', 'Local Clock Info', 'Number of Ports', 'Port State Info', 'Port Enable', 'Port Log Announce Interval', 'Port Log Sync Interval', 'Priority 1', 'Priority 2', 'Domain Number', 'Clock Type', 'Manufacture Identity', 'Product Description', 'Revision Data', 'User Description', 'Port Profile Identity Info', 'Port Physical Address Info', 'Port Protocol Address Info', 'Steps Removed', 'System Time And Offset']],
  [0x47, ['Network Topology', 'Network Status', 'Ring Supervisor Status', 'Ring Supervisor Config', 'Ring Faults Count', 'Last Active Node on Port 1', 'Last Active Node on Port 2', 'Ring Protocol Participants Count', 'Ring Protocol Participants List', 'Active Supervisor Address', 'Active Supervisor Precedence', 'Capability Flags', 'Redundant Gateway Config', 'Redundant Gateway Status', 'Active Gateway Address', 'Active Gateway Precedence']],
  [0x48, ['802.1Q Tag Enable', 'DSCP PTP Event', 'DSCP PTP General', 'DSCP Urgent', 'DSCP Scheduled', 'DSCP High', 'DSCP Low', 'DSCP Explicit']],
  [PORT, ['Port Type', 'Port Number', 'Link Object', 'Port Name', 'Port Type Name', 'Port Description', 'Node Address', 'Port Node Range', 'Chassis Identity', 'Port Routing Capabilities', 'Associated Communication Objects']],
  [0xf5, ['Status', 'Configuration Capability', 'Configuration Control', 'Physical Link Object', 'Interface Configuration', 'Host Name', 'Safety Network Number', 'TTL Value', 'Multicast Configuration', 'Select ACD', 'Last Conflict Detected', 'EtherNet/IP QuickConnect', 'Encapsulation Inactivity Timeout', 'IANA Port Admin', 'IANA Protocol Admin', 'Active TCP Connections', 'Non-CIP Encapsulation Messages per Second']],
  [0xf6, ['Interface Speed', 'Interface Flags', 'Physical Address', 'Interface Counters', 'Media Counters', 'Interface Control', 'Interface Type', 'Interface State', 'Admin State', 'Interface Label', 'Interface Capability', 'HC Interface Counters', 'HC Media Counters']],
]);

// biome-ignore format: a table
/** Of the class itself, which instance 0 stands for (Volume 1, table 4-4.2). */
const OF_CLASS: readonly string[] = ['Revision', 'Max Instance', 'Number of Instances', 'Optional Attribute List', 'Optional Service List', 'Maximum ID of Class Attributes', 'Maximum ID of Instance Attributes'];
/** Class attributes of Port beyond the common ones. */
const OF_PORT: readonly string[] = [...OF_CLASS, 'Entry Port', 'Port Instance Info'];

/** `7 (Product Name)`, or `7` where the volumes name none. */
export const attributeText = (cls: number, instance: number, attribute: number): string => {
  const name = (instance === 0 ? (cls === PORT ? OF_PORT : OF_CLASS) : INSTANCE.get(cls))?.[attribute - 1];
  return name ? `${attribute} (${name})` : String(attribute);
};
