import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { poemFolder } from '../../src/protocols/poem.ts';
import { dial } from './client.ts';
import { run, start } from './program.ts';

const OPTIONS = { timeout: 20_000 };
const SLOW = [
  ['ecstasy.txt', 30],
  ['fascination.txt', 10],
  ['science.txt', 10],
] as const;

describe('poetry-service', () => {
  it('serves four poems, says how to get them, and stops on Ctrl-C', OPTIONS, async (t) => {
    const service = start(t, 'poetry-service');
    await service.printed(/Ctrl-C/);
    const ports: string[] = [];
    for (const [file, size] of SLOW) {
      const pattern = `^Serving ${file} slowly on 127\\.0\\.0\\.1:(\\d+): ${size} bytes every 0\\.1 s\\.$`;
      const [, port = ''] = await service.printed(new RegExp(pattern, 'm'));
      const client = await dial(t, Number(port));
      const [piece] = await once(client, 'data');
      assert.deepEqual(piece, (await readFile(join(poemFolder(), file))).subarray(0, size));
      await service.printed(
        new RegExp(`^Somebody at 127\\.0\\.0\\.1:${client.localPort} wants poetry! \\(${file}\\)$`, 'm'),
      );
      ports.push(port);
    }
    const all = ports.map((port) => `127.0.0.1:${port}`).join(' ');
    const lines = service.stdout.split('\n');
    for (const line of [
      `  npx get-poetry ${all}`,
      `  npx get-poetry --blocking ${all}`,
      `  nc 127.0.0.1 ${ports[0]}`,
    ]) {
      assert.ok(lines.includes(line), line);
    }
    const [, command = ''] = await service.printed(/^ {2}npx get-poetry (--print .*)$/m);
    const download = await run('get-poetry', ...command.split(' '));
    assert.equal(download.status, 0);
    assert.ok(download.stdout.includes(await readFile(join(poemFolder(), 'jiangjinjiu.txt'), 'utf8')));
    const { status, stderr } = await service.kill('SIGINT');
    assert.deepEqual([status, stderr], [0, '']);
  });

  it('takes another port when its own is taken, and stops on SIGTERM', OPTIONS, async (t) => {
    const squatter = createServer().listen(10_000, '127.0.0.1');
    t.after(() => squatter.close());
    // An error means that another program has the port, which is as good.
    await once(squatter, 'listening').catch(() => {});
    const service = start(t, 'poetry-service');
    await service.printed(/Ctrl-C/);
    const [, port] = await service.printed(/^Serving ecstasy\.txt slowly on 127\.0\.0\.1:(\d+):/m);
    assert.notEqual(port, '10000');
    const { status, stderr } = await service.kill('SIGTERM');
    assert.deepEqual([status, stderr], [0, '']);
  });
});
