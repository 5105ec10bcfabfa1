/**
 * An MQTT broker and clients by Eclipse Mosquitto: publishers of points of the physics, each with the same connection all
 * the time, and a subscriber that says what reached it.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { ADDRESS, type LiveStack, PORT, type StackContext } from './truth.ts';

const POINTS = 4;
const BROKER = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];
const STARTED_TRIES = 50;

/** Why there is no MQTT here, or undefined. */
export const missingMosquitto = (): string | undefined =>
  BROKER.some((path) => existsSync(path)) && spawnSync('mosquitto_pub', ['--help']).error === undefined
    ? undefined
    : 'mosquitto is not installed (Debian: apt-get install mosquitto mosquitto-clients)';

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('close', () => resolve());
  });

export const startMqtt = async ({ world, note, folder }: StackContext): Promise<LiveStack> => {
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(config, `listener ${PORT.mqtt} ${ADDRESS.broker}\nallow_anonymous true\npersistence false\n`);
  const quiet = { stdio: ['ignore', 'ignore', 'ignore'] as const };
  const broker = spawn(BROKER.find((path) => existsSync(path))!, ['-c', config], { stdio: [...quiet.stdio] });
  const at = ['-h', ADDRESS.broker, '-p', String(PORT.mqtt)];
  const points = world.controllers
    .filter((c) => c.family === 's7')
    .flatMap((controller) =>
      controller.points.filter((p) => p.nature === 'measured').map((p) => ({ controller, name: p.name })),
    )
    .slice(0, POINTS);
  const topicOf = (name: string): string => `works/${name}/value`;
  for (let i = 0; ; i++) {
    const probe = spawnSync('mosquitto_pub', [...at, '-t', 'works/hello', '-m', 'hello']);
    if (probe.status === 0) break;
    if (i >= STARTED_TRIES) throw new Error('mosquitto did not start');
    await wait(100);
  }
  const subscriber = spawn('mosquitto_sub', [...at, '-i', 'scada', '-A', ADDRESS.panel, '-t', 'works/#', '-v'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let heard = 0;
  createInterface({ input: subscriber.stdout! }).on('line', (line) => {
    const cut = line.indexOf(' ');
    heard++;
    const [path, value] = [line.slice(0, cut), line.slice(cut + 1)];
    if (path !== 'works/ready') note({ stack: 'mqtt', by: 'client', kind: 'notified', path, value, refused: '' });
  });
  // Until the subscription holds nothing is published that somebody would have to hear.
  for (let i = 0; heard === 0; i++) {
    if (i >= STARTED_TRIES) throw new Error('mosquitto_sub hears nothing');
    spawnSync('mosquitto_pub', [...at, '-t', 'works/ready', '-m', 'ready']);
    await wait(100);
  }
  const publishers = points.map(({ controller, name }) =>
    spawn('mosquitto_pub', [...at, '-i', `edge-${controller.id}-${name}`, '-t', topicOf(name), '-q', '1', '-l'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    }),
  );
  return {
    round: async () => {
      points.forEach(({ controller, name }, i) => {
        const value = String(Math.fround(controller.read(name)));
        publishers[i]!.stdin!.write(`${value}\n`);
        note({ stack: 'mqtt', by: 'server', kind: 'write', path: topicOf(name), value, refused: '' });
      });
    },
    stop: async () => {
      for (const child of publishers) child.stdin!.end();
      await Promise.all(publishers.map(ended));
      for (const child of [subscriber, broker]) {
        child.kill('SIGTERM');
        await ended(child);
      }
    },
  };
};
