import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { describe, it } from 'node:test';
import { open } from 'couplet';
import { freePorts } from 'couplet-test/free-port';
import { poemOf } from '../real/application.ts';

const PAGES = ['README.md', 'README.zh-CN.md'];
const FIRST = 10_000;

/** The rows of the table of servers: the port of each, and the name of the poem, if it sends one. */
function serversOf(page: string): { readonly port: number; readonly poem: string | undefined }[] {
  return [...readFileSync(page, 'utf8').matchAll(/^\| (\d{5}) \| (.*) \|$/gm)].map(([, port, text = '']) => {
    return { port: Number(port), poem: /`(\w+)\.txt`/.exec(text)?.[1] };
  });
}

describe('S-9: npm start serves what the READMEs list', () => {
  it('in both languages the same', () => {
    const [english, chinese] = PAGES.map(serversOf);
    assert.equal(english?.length, 6);
    assert.deepEqual(chinese, english);
  });

  it('each server of the list answers', { timeout: 120_000 }, async (t) => {
    const from = await freePorts(6);
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const words = ['start', '--silent', '--', '--port', `${from}`, '--delay', '0.001'];
    const npm = spawn('npm', words, { env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const ended = once(npm, 'close');
    t.after(async () => {
      // What npm has started is in its group.
      process.kill(-Number(npm.pid), 'SIGTERM');
      await ended;
    });
    await new Promise<void>((resolve, reject) => {
      let told = '';
      npm.stdout.setEncoding('utf8').on('data', (text: string) => {
        told += text;
        if (told.includes('Ctrl-C')) resolve();
      });
      npm.once('close', () => reject(new Error(`it has ended: ${told}`)));
    });
    for (const { port, poem } of serversOf('README.md')) {
      await using connection = await open(`tcp:127.0.0.1:${from + port - FIRST}`);
      if (poem === undefined) {
        await connection.write('19:cummingsify.A Poem.,');
        assert.equal(`${(await connection.netstrings().next()).value}`, 'a poem.');
      } else {
        const chunks: Buffer[] = [];
        for await (const chunk of connection) chunks.push(chunk);
        assert.deepEqual(Buffer.concat(chunks), await poemOf(poem), `${port}`);
      }
    }
  });
});
