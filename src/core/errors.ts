/**
 * The one table of operating errors: what can go wrong around the product that a person can mend. Every error has a
 * stable code, one sentence that says what happened, one that says what to do, and an exit code of a documented class
 * (docs/DESIGN: 1 other, 2 usage, 3 input, 4 rights or tool, 5 busy, 6 store or disk). Outcomes that are expected in data
 * (malformed messages, cut captures) are values, not errors; those that a person should hear of are WARNINGS.
 */

/** Exit codes of the command, by class. */
export const EXIT = { ok: 0, other: 1, usage: 2, input: 3, rights: 4, busy: 5, store: 6 } as const;
export type ExitClass = keyof typeof EXIT;

interface Entry {
  readonly exit: ExitClass;
  /** One sentence; `{name}` is replaced by the detail of that name. */
  readonly message: string;
  readonly whatToDo: string;
}

/** Codes are stable: they stand in logs, in the API and in the documentation. Never reuse one for something else. */
export const ERRORS = {
  usage: { exit: 'usage', message: '{detail}.', whatToDo: 'Run the command with --help to see what it takes.' },
  'input.not-found': {
    exit: 'input',
    message: '{path} does not exist.',
    whatToDo: 'Check the path; quote it when it contains spaces.',
  },
  'input.unreadable': {
    exit: 'input',
    message: '{path} cannot be read: {detail}.',
    whatToDo: 'Check the permissions of the file and the health of the disk or share it lies on.',
  },
  'input.is-folder': {
    exit: 'input',
    message: '{path} is a folder, a file was expected.',
    whatToDo: 'Name a capture file, or watch the folder: gatehouse start FOLDER.',
  },
  'input.empty': {
    exit: 'input',
    message: '{path} is empty.',
    whatToDo: 'Record again; a capture without packets still has a header.',
  },
  'input.no-frames': {
    exit: 'input',
    message: '{path} holds no frame.',
    whatToDo: 'Check with "gatehouse doctor" that the recorder hears a mirror port, and record again.',
  },
  'input.link-type': {
    exit: 'input',
    message: '{path} holds only frames of link type {linkType}, which are not understood.',
    whatToDo: 'Record on an Ethernet interface: the mirror port of a switch, or a tap.',
  },
  'input.not-a-file': {
    exit: 'input',
    message: '{path} is neither a file nor a folder.',
    whatToDo: 'Hand a pipe over as standard input: gatehouse start - < PIPE.',
  },
  'input.not-a-capture': {
    exit: 'input',
    message: '{path} is not a capture: it begins with {magic}.',
    whatToDo:
      'Give a pcap or pcapng file (also compressed with gzip or zstd), as tcpdump, dumpcap or Wireshark write it.',
  },
  'input.packed': {
    exit: 'input',
    message: '{path} is packed with {packer}, which is not read here.',
    whatToDo: 'Unpack it first, and open the capture that is in it.',
  },
  'input.compression-damaged': {
    exit: 'input',
    message: '{path} is compressed, and damaged from its beginning: nothing could be unpacked.',
    whatToDo: 'Copy the file again if the original is intact.',
  },
  'input.unsupported-version': {
    exit: 'input',
    message: '{path} has {format} version {version}, which is not known here.',
    whatToDo: 'Rewrite it with a current tool, for example: editcap -F pcapng OLD NEW.pcapng.',
  },
  'input.zstd-unsupported': {
    exit: 'input',
    message: '{path} is compressed with zstd, which Node.js {node} cannot read.',
    whatToDo: 'Use Node.js 22.15 or later, or unpack it first: zstd -d FILE.',
  },
  'capture.no-rights': {
    exit: 'rights',
    message: 'This user may not capture on {interface}.',
    whatToDo:
      'On Linux: sudo setcap cap_net_raw,cap_net_admin=eip "$(command -v {tool})", or run as root; on macOS install ChmodBPF; on Windows install Npcap without the administrators-only option.',
  },
  'capture.tool-missing': {
    exit: 'rights',
    message: 'Neither tcpdump nor dumpcap was found (looked for {tool}).',
    whatToDo: 'Install tcpdump, or Wireshark (which brings dumpcap; on Windows together with Npcap).',
  },
  'capture.unknown-interface': {
    exit: 'usage',
    message: 'There is no interface {interface} on this machine.',
    whatToDo: 'List the interfaces with "tcpdump -D" or "dumpcap -D" and name one of them.',
  },
  'capture.interface-down': {
    exit: 'rights',
    message: 'Interface {interface} is down.',
    whatToDo: 'Bring it up without an address: ip link set {interface} up.',
  },
  'capture.interface-gone': {
    exit: 'rights',
    message: 'Interface {interface} is not on this machine any more.',
    whatToDo: 'Plug the adapter in, or make the interface, again.',
  },
  'capture.bad-filter': {
    exit: 'usage',
    message: 'The capture filter is not valid: {detail}.',
    whatToDo: 'See "man pcap-filter"; a filter that works in tcpdump works here.',
  },
  'capture.stopped': {
    exit: 'other',
    message: '{tool} stopped by itself ({detail}).',
    whatToDo: 'Run "gatehouse doctor" with the name of the interface.',
  },
  'capture.ended': {
    exit: 'other',
    message: 'The capture on {interface} has ended, nothing is seen there: {detail}',
    whatToDo: 'It is tried again by itself after some seconds, later every five minutes.',
  },
  'capture.stream-ended': {
    exit: 'other',
    message: 'What came in at {name} has ended; nothing is seen there any more.',
    whatToDo: 'Start the capturing program and Gatehouse again.',
  },
  'port-in-use': {
    exit: 'busy',
    message: 'Port {port} on {host} is in use by another program.',
    whatToDo: 'Choose another with --port, or stop the other program.',
  },
  'data-folder-in-use': {
    exit: 'busy',
    message: 'The data folder {path} is in use by process {pid}.',
    whatToDo: 'Stop that process, or choose another folder with --data.',
  },
  'store.corrupt': {
    exit: 'store',
    message: 'The database {path} is damaged: {detail}.',
    whatToDo: 'Nothing was changed. Restore the file from a backup, or move it away to start with an empty one.',
  },
  'store.newer': {
    exit: 'store',
    message: 'The database {path} was written by a newer version ({version}).',
    whatToDo: 'Update Gatehouse, or choose another folder with --data.',
  },
  'store.full-disk': {
    exit: 'store',
    message: 'The disk that holds {path} is full or nearly so.',
    whatToDo: 'Free at least 100 MB, or choose a folder on another disk with --data. What was acknowledged is kept.',
  },
  'store.unwritable': {
    exit: 'store',
    message: 'Cannot write to {path}: {detail}.',
    whatToDo: 'Check the permissions of the folder, or choose another with --data.',
  },
  'store.gone': {
    exit: 'store',
    message: 'The database {path} is not there any more: it was deleted or moved while Gatehouse runs.',
    whatToDo:
      'Nothing is stored. Put the data folder back where it was, or restart Gatehouse, which begins with an empty one.',
  },
  'store.failed': {
    exit: 'store',
    message: 'The database {path} failed: {detail}.',
    whatToDo:
      'It is opened again every two seconds, and what waits is written then. If this stays, restart Gatehouse and report it.',
  },
  'store.journal-lost': {
    exit: 'store',
    message: '{detail}.',
    whatToDo:
      'Keep a copy of the data folder before anything else. Look at the disk and at how the machine was switched off; what people did after that has to be done again.',
  },
  'output.unwritable': {
    exit: 'store',
    message: 'Cannot write {path}: {detail}.',
    whatToDo: 'Name a file in a folder that exists and may be written to, on a disk with room.',
  },
  'ring.write-failed': {
    exit: 'store',
    message: 'The evidence ring in {path} cannot be written: {detail}. Analysis goes on; new frames are not kept.',
    whatToDo: 'Free space on that disk; recording resumes by itself.',
  },
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof ERRORS;
/** Values for the `{name}` places of message and advice. Never a credential. */
export type ErrorDetails = Readonly<Record<string, string | number>>;

/**
 * What a person should know about a source that is read all the same. `CaptureWarning.code` is one of these.
 */
export const WARNINGS = {
  'capture.cut':
    'The capture ends in the middle of its last {unit} ({missing} octets are missing). Everything before it was read. The recording was interrupted or the copy is incomplete: copy the file again if the original is longer.',
  'capture.corrupt-length':
    'A {unit} claims {length} octets, more than the limit of {limit}. Reading stopped there; everything before was read. The file is damaged or was changed: fetch it again from the recorder.',
  'capture.corrupt-block':
    'A {unit} is not consistent ({detail}). Reading stopped there; everything before was read. The file is damaged or was changed: fetch it again from the recorder.',
  'capture.bad-packet-block':
    '{count} packet block(s) were skipped because they are not consistent ({detail}). The program that wrote the file is at fault; the other packets are complete.',
  'capture.bad-option': '{count} option(s) or block(s) could not be used ({detail}). Packets are not affected.',
  'capture.compression-damaged':
    'The compressed data is damaged or cut ({detail}). What could be unpacked before was read. Copy the file again if the original is intact.',
  'capture.snapped':
    '{count} frame(s) were cut when they were recorded (the largest had {longest} octets on the wire). Values in the missing part cannot be seen: record with "-s 0".',
  'capture.captured-beyond-wire':
    '{count} frame(s) claim more octets captured than were on the wire. The wire length was taken to be the captured length.',
  'capture.time-backwards':
    'Timestamps step backwards {count} time(s), by up to {seconds} s. Recordings may have been joined, or a clock was set; times across these steps cannot be compared.',
  'capture.time-invalid': '{count} frame(s) have a timestamp that no clock shows; the nearest possible time was taken.',
  'capture.no-timestamp': '{count} frame(s) have no timestamp (simple packet blocks); the one before was used.',
  'capture.modified-pcap':
    'The file is in the "modified" pcap form with eight more octets per packet (magic a1b2cd34); they were skipped.',
  'capture.too-many-interfaces':
    'The file announces more than {limit} interfaces; packets of further ones were skipped ({count}).',
  'decode.fault':
    '{count} time(s) a frame, the passing of time or the end of a conversation could not be handled because of a fault in Gatehouse (the first: at frame {frame}, {detail}). What it says is missing; all else was handled. Please report it.',
  'capture.link-type':
    'Frames of link type {linkType} are not understood and were only counted ({count}). Record on an Ethernet interface.',
} as const;
export type WarningCode = keyof typeof WARNINGS;

/** Fills the `{name}` places; an unknown name stays visible rather than vanishing. */
const fillTemplate = (template: string, details: ErrorDetails): string =>
  template.replace(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(details, name) ? String(details[name]) : place,
  );

/** Text of a warning. */
export const warningText = (code: WarningCode, details: ErrorDetails): string => fillTemplate(WARNINGS[code], details);

/** An operating error out of the table: thrown where it happens, shown once at the edge (CLI, API). */
export class OperatingError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  /** One sentence on what a person can do about it. */
  readonly whatToDo: string;
  readonly exitCode: number;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: ErrorOptions) {
    const entry: Entry = ERRORS[code];
    super(fillTemplate(entry.message, details), options);
    this.name = 'OperatingError';
    this.code = code;
    this.details = details;
    this.whatToDo = fillTemplate(entry.whatToDo, details);
    this.exitCode = EXIT[entry.exit];
  }
}

/** What the command prints: the sentence, what to do, and the code to search for. */
export const errorLine = (error: OperatingError): string => `${error.message} ${error.whatToDo} [${error.code}]`;
