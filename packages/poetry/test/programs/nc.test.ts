import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { freePorts } from 'couplet-test/free-port';
import { DEPLOYMENTS, NAMES, poemOf, QUICK, QUIET, serveAll } from '../real/application.ts';

const SKIP = spawnSync('nc', ['-h']).error === undefined ? false : 'nc is not installed';

/** All that `nc` prints. It sends the text and ends its side or, without one, does not listen to the keyboard. */
async function nc(port: number, text?: string): Promise<Buffer> {
  const words = [text === undefined ? '-d' : '-N', '127.0.0.1', `${port}`];
  const client = spawn('nc', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  client.stdin.end(text);
  const chunks: Buffer[] = [];
  client.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(client, 'close');
  return Buffer.concat(chunks);
}

describe('coupletd poetry, with nc', { skip: SKIP }, () => {
  for (const [how, words] of Object.entries(DEPLOYMENTS)) {
    it(`R-D34 sends the same poems ${how}`, { timeout: 30_000 }, async (t) => {
      const from = await freePorts(6);
      const { service, ports } = await serveAll(t, ...words, ...QUIET, 'poetry', ...QUICK, '--port', `${from}`);
      const poems = await Promise.all([...NAMES, 'proxy'].map((_, index) => nc(ports[index] ?? 0)));
      for (const [index, name] of [...NAMES, 'ecstasy'].entries()) assert.deepEqual(poems[index], await poemOf(name));
      assert.equal(`${await nc(ports[5] ?? 0, '19:cummingsify.A Poem.,')}`, '7:a poem.,');
      assert.equal((await service.kill('SIGTERM')).status, 0);
    });
  }
});
