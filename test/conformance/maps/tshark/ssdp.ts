/** tshark's http.server and http.user_agent, where SSDP speaks in the form of HTTP. */
import type { HttpMessage } from '../../../../src/decode/http/wire.ts';
import type { SsdpMessage } from '../../../../src/decode/ssdp/index.ts';
import { frameMap } from '../../types.ts';

export const tsharkSsdp = frameMap<SsdpMessage | HttpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'ssdp',
  of: ['ssdp', 'http'],
  layers: /:ssdp/,
  columns: {
    'http.server': { value: ({ message: m }) => ('server' in m ? m.server : undefined), whole: true },
    'http.user_agent': { value: ({ message: m }) => ('userAgent' in m ? m.userAgent : undefined), whole: true },
  },
});
