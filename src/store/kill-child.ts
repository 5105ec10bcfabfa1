/**
 * Child of the kill -9 test: writes numbered batches into the data folder given as argument and prints each number after
 * its acknowledgement. Every batch holds a setting, 100 samples and a journal row, so that half a batch would show.
 */
import { writeSync } from 'node:fs';
import { openStore } from './index.ts';

const store = await openStore(process.argv[2]!, { nowUs: () => 1 });
const count = 100;
for (let k = store.journalHead().seq + 1; ; k++) {
  const column = new Float64Array(count).fill(k);
  await store.writer.submit({
    put: { setting: [{ site_id: 's1', name: `k${k}`, value: String(k) }] },
    samples: [
      {
        siteId: 's1',
        sourceId: 'f',
        count,
        point: column,
        tsUs: column,
        value: column,
      },
    ],
    journal: [{ siteId: '', tsUs: k, userId: 'system', action: 'batch', subject: String(k), detail: { k } }],
  });
  // Synchronous, so that what is printed was acknowledged and what is acknowledged is printed.
  writeSync(1, `${k}\n`);
}
