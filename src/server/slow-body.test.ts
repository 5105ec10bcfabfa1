/** A body that trickles does not hold a connection: it is answered and closed; one that comes in time is not disturbed. */
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { createServer } from './index.ts';
import { createTestEngine } from './test-engine.ts';

it('ends a login whose body does not come to its end', { timeout: 30_000 }, async () => {
  const server = await createServer({
    engine: createTestEngine(),
    version: '0',
    zone: 'UTC',
    nowUs: () => 1_772_366_400_000_000,
    dataFolder: '',
    consoleFolder: '',
    bodyMs: 100,
  });
  try {
    const port = Number(new URL(await server.listen(0)).port);
    const said = (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(text));
        let answer = '';
        socket.on('data', (part) => {
          answer += part.toString();
        });
        // Only the server ends it.
        socket.on('close', () => resolve(answer));
        socket.on('error', reject);
      });
    const head = `POST /api/v1/login HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n`;
    const slow = await said(`${head}content-length: 100\r\n\r\n{"name":`);
    expect(slow).toMatch(/^HTTP\/1.1 408 /);
    expect(slow).toContain('"code":"too-slow"');
    const body = '{"name":"a","password":"b"}';
    const whole = await said(`${head}connection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    expect(whole).toMatch(/^HTTP\/1.1 401 /);
  } finally {
    await server.close();
  }
});
