/**
 * What the description of the API says of the calls whose body or answer is a file or a stream. The other calls describe
 * themselves by their schemas (`api/routes.ts`); these have none, because nothing of them is validated as JSON.
 */
import { BaselineRow, CAPTURE_LISTS, FILE_PATHS, LISTS, NameUpload, Uploaded } from '../api/index.ts';

type FileCall = keyof typeof FILE_PATHS;

const FORMATS = ['csv', 'json'] as const;
const text = (description: string) => ({ type: 'string', description });
const oneOf = (values: readonly string[], description: string) => ({ type: 'string', enum: [...values], description });
const octets = (type: string, description: string) => ({
  200: { description, content: { [type]: { schema: { type: 'string', format: 'binary' } } } },
});
const filter = {
  q: text('Filter, as of the list itself: words, and fields like `role:plc`.'),
  sort: text('Order, as of the list itself.'),
};
/** A form with the file in its field `file`. */
const form = (description: string) => ({
  consumes: ['multipart/form-data'],
  body: { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary', description } } },
});
const path = (properties: Readonly<Record<string, object>>) => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
});
const query = (properties: Readonly<Record<string, object>>) => ({ type: 'object', properties });
const site = text('Id of the site.');
const table = (description: string) => ({
  200: {
    description,
    content: {
      'text/csv': { schema: { type: 'string' } },
      'application/json': { schema: { type: 'array', items: { type: 'object' } } },
    },
  },
});

const SHAPES: Readonly<Record<FileCall, { readonly summary: string } & Readonly<Record<string, unknown>>>> = {
  upload: {
    summary: 'Opens a capture file that is sent along',
    ...form('pcap or pcapng, also compressed with gzip, or with zstd where Node.js can.'),
    querystring: query({
      site: text('Id of the site that the capture is added to; without it the file opens its own.'),
    }),
    response: { 200: Uploaded },
  },
  uploadNames: {
    summary: "Sends the plant's own asset list; nothing is written before it is applied",
    ...form('CSV or XLSX, one device a line.'),
    params: path({ site }),
    response: { 200: NameUpload },
  },
  baselineFile: {
    summary: 'A baseline as a file, to be carried to a twin machine',
    params: path({ site, baseline: text('Id of the baseline.') }),
    response: octets('application/gzip', 'JSON, compressed with gzip.'),
  },
  importBaseline: {
    summary: 'Keeps a baseline file beside the others; restoring it is its own call',
    ...form('As `baselineFile` gave it.'),
    params: path({ site }),
    response: { 200: BaselineRow },
  },
  framePcap: {
    summary: 'One frame with its octets; the journal keeps who took it',
    params: path({ site, source: text('Id of the source.'), frame: text('Number of the frame, from 1.') }),
    querystring: query({ around: text('So many frames before and after it too.') }),
    response: octets('application/vnd.tcpdump.pcap', 'pcap.'),
  },
  listPcapng: {
    summary: 'Frames of conversations, or behind the rows of a list; the journal keeps who took them',
    params: path({ site, list: oneOf(CAPTURE_LISTS, 'The list.') }),
    querystring: query({ ...filter, row: text('Only this row of the list.') }),
    response: octets('application/x-pcapng', 'pcapng.'),
  },
  export: {
    summary: 'Any list with its filter, all rows',
    params: path({ site, list: oneOf(LISTS, 'The list.'), format: oneOf(FORMATS, 'The form.') }),
    querystring: query(filter),
    response: table("Columns and fields as in the list's own schema."),
  },
  exportJournal: {
    summary: 'The journal, all rows',
    params: path({ format: oneOf(FORMATS, 'The form.') }),
    querystring: query(filter),
    response: table("Columns and fields as in the journal's own schema."),
  },
  events: {
    summary: 'What changes, as it does: server-sent events',
    description:
      'Send the last id as Last-Event-ID to get what was missed. `hello` comes first; `change` names a site, a topic and its version; `progress` tells how far a source is read.',
    response: { 200: { description: 'Events.', content: { 'text/event-stream': { schema: { type: 'string' } } } } },
  },
};

/** The schema of such a call for the description; undefined for any other. */
export const fileShape = (call: string | undefined): Readonly<Record<string, unknown>> | undefined => {
  if (call === undefined || !Object.hasOwn(SHAPES, call)) return undefined;
  const parts = FILE_PATHS[call as FileCall].split(' ')[1]!.split('/');
  const group = parts[3] === 'sites' ? parts[5]! : parts[3]!;
  return { operationId: call, tags: [group], ...SHAPES[call as FileCall] };
};
