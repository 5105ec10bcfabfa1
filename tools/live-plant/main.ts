/** `gatehouse plant --live`: the stacks live with the clock until they are stopped; each minute says what they did. */
import { setTimeout as wait } from 'node:timers/promises';
import { ADDRESS, missing, PORT, startStackPlant } from './index.ts';

const ROUND_MS = 1_000;
const TOLD_EVERY = 60;
/** As all commands of `gatehouse` end where rights or a tool are missing. */
const EXIT_TOOL_MISSING = 4;

const absent = missing();
if (absent.length > 0) {
  for (const text of absent) process.stderr.write(`${text}\n`);
  process.exit(EXIT_TOOL_MISSING);
}
// Before anything is started: what is asked to end while it starts ends when it has, and leaves no broker behind.
let running = true;
const stopping = new AbortController();
const stop = (): void => {
  running = false;
  stopping.abort();
};
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
for (const signal of SIGNALS) process.on(signal, stop);
// A stack that ends the process by itself at a signal (node-opcua-pki does) would leave the broker and its clients behind.
process.on('newListener', (name, listener) => {
  if (SIGNALS.some((signal) => signal === name) && listener !== stop)
    queueMicrotask(() => process.removeListener(name, listener));
});
const counts = new Map<string, number>();
const plant = await startStackPlant({
  seed: 1,
  startS: Math.floor(Date.now() / 1000),
  note: ({ stack, by, kind, refused }) => {
    const key = `${stack} ${by} ${kind}${refused === '' ? '' : ' refused'}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  },
});
process.stdout.write(
  [
    'Third-party stacks run on the loopback interface, driven by the physics of the simulated plant:',
    `  Modbus controller  ${ADDRESS.modbus}:${PORT.modbus}  (modbus-serial; its panel is ${ADDRESS.panel})`,
    `  OPC UA controller  ${ADDRESS.opcua}:${PORT.opcua}  (node-opcua)`,
    `  MQTT broker        ${ADDRESS.broker}:${PORT.mqtt}  (mosquitto)`,
    'Watch them from another terminal: npx gatehouse start --interface lo',
    '',
  ].join('\n'),
);
for (let n = 1; running; n++) {
  await plant.round(ROUND_MS / 1_000);
  await wait(ROUND_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
  if (n % TOLD_EVERY !== 0) continue;
  process.stdout.write(`${[...counts].map(([what, count]) => `${what} ${count}`).join(', ')}\n`);
}
await plant.stop();
