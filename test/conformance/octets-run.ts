/** `npx tsx test/conformance/octets-run.ts DIR [--protocol P] [--each 12] [--show N]`: see octets.ts. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { given } from '../usage.ts';
import { OctetReader } from './octets.ts';

const { values, positionals } = given(import.meta.url, {
  allowPositionals: true,
  options: {
    protocol: { type: 'string' },
    each: { type: 'string', default: '12' },
    show: { type: 'string', default: '0' },
    capture: { type: 'string' },
  },
});
const dir = positionals[0];
if (dir === undefined) {
  process.stderr.write('octets: name a folder of captures\n');
  process.exit(2);
}
const below = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? below(path) : /\.(pcap|pcapng)$/.test(name) ? [path] : [];
  });
const reader = new OctetReader(Number(values.each), values.protocol);
for (const path of below(dir).sort())
  if (values.capture === undefined || path.includes(values.capture)) await reader.capture(path);
const show = Number(values.show);
for (const o of [...reader.byProtocol.values()].sort((a, b) => (a.protocol < b.protocol ? -1 : 1))) {
  const asked = o.answered + o.unanswered + o.unseen;
  process.stdout.write(
    `${o.protocol.padEnd(16)} ${String(o.messages).padStart(8)} ${String(o.looked).padStart(6)} ${String(o.unsteady).padStart(5)} ${String(o.malformed).padStart(6)} ${String(o.octets).padStart(8)} ${String(o.unread).padStart(6)} ${o.octets === 0 ? '' : (100 * (1 - o.unread / o.octets)).toFixed(2).padStart(7)}  ${asked === 0 ? '' : `${o.answered}/${o.unanswered}/${o.unseen}`}\n`,
  );
  if (show > 0)
    for (const [type, places] of [...o.places].sort((a, b) => b[1].size - a[1].size).slice(0, show))
      process.stdout.write(
        `    ${type} ${[...places.values()].reduce((n, x) => n + x, 0)}: ${[...places]
          .sort((a, b) => b[1] - a[1])
          .slice(0, 24)
          .map(([at, n]) => `${at}(${n})`)
          .join(' ')}\n`,
      );
}
