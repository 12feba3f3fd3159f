import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describe, it, type TestContext } from 'node:test';
import { CLOSED_PORT } from 'couplet-test/free-port';
import { FULL } from 'couplet-test/full';
import { poemFolder } from '../../src/protocols/poem.ts';
import { script } from './client.ts';
import { run, serve, start } from './program.ts';

const OPTIONS = { timeout: 20_000 };
const SCIENCE = join(poemFolder(), 'science.txt');
/** Ten pieces, which take at least 180 ms. */
const SLOW = ['--num-bytes', '65', '--delay', '0.02', '--concurrency', '0'];

/** A folder for the files of a test. */
async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'timeline-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** A line of output, with the times in it made the same. */
function withoutTimes(text: string): string {
  return text.replace(/\d:\d\d:\d\d(\.\d{6})?|[\d.]+(?= times)/g, 'TIME');
}

describe('T-1 get-poetry --timeline', () => {
  it('writes each of its files as a whole', OPTIONS, async (t) => {
    const folder = await folderOf(t);
    const { port } = await serve(t, 'slowpoetry', SCIENCE, ...SLOW);
    const names = ['poem.svg', 'poem.zh-CN.svg', 'poem.html', 'poem.json', 'poem.moving.zh-CN.svg'];
    await writeFile(join(folder, 'poem.svg'), 'what was there before');
    const files = names.flatMap((name) => ['--timeline', join(folder, name)]);
    const { status, stderr } = await run('get-poetry', ...files, `${port}`, `${port}`);
    assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual((await readdir(folder)).sort(), [...names].sort());
    const [svg, chinese, html, json, moving] = await Promise.all(
      names.map((name) => readFile(join(folder, name), 'utf8')),
    );
    assert.match(svg ?? '', /^<svg .*✓ 648 bytes, .*waits for any of 2.*<\/svg>\n$/s);
    assert.match(chinese ?? '', /^<svg .*✓ 648 字节，.*<\/svg>\n$/s);
    assert.equal(chinese?.includes('@keyframes'), false);
    assert.match(moving ?? '', /✓ 648 字节，.*@keyframes/s);
    assert.match(html ?? '', /^<!doctype html>.*<\/html>\n$/s);
    const { traceEvents } = JSON.parse(json ?? '');
    const turns = traceEvents.filter((event: { name: string }) => event.name === 'Download.dataReceived');
    const lanes = turns.map(({ args }: { args: { lane: number } }) => args.lane);
    // The two take turns on one thread.
    assert.deepEqual([...new Set(lanes)].sort(), [1, 2]);
    assert.ok(lanes.lastIndexOf(1) > lanes.indexOf(2) && lanes.lastIndexOf(2) > lanes.indexOf(1));
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`writes what there is by then when ${signal} ends it`, OPTIONS, async (t) => {
      const folder = await folderOf(t);
      const { port } = await serve(t, 'slowpoetry', SCIENCE, '--num-bytes', '5', '--delay', '0.05');
      const program = start(t, 'get-poetry', '--blocking', '--timeline', join(folder, 'a.svg'), `${port}`, `${port}`);
      await program.printed(/Task 1/);
      const file = join(folder, 'b.svg');
      const other = start(t, 'get-poetry', '--timeline', file, `${port}`);
      await program.kill(signal).then(({ status }) => assert.equal(status, signal));
      await other.printed(/^Task 1: got 5 bytes/m);
      const { status, stderr } = await other.kill(signal);
      assert.deepEqual([status, stderr], [signal, '']);
      assert.deepEqual((await readdir(folder)).sort(), ['a.svg', 'b.svg']);
      assert.match(await readFile(file, 'utf8'), /… \d+ bytes, not finished/);
      assert.match(await readFile(join(folder, 'a.svg'), 'utf8'), /waits its turn.*<\/svg>\n$/s);
    });

  it('says which task failed, and why', OPTIONS, async (t) => {
    const folder = await folderOf(t);
    const good = await script(t, (client) => client.end('a line\n'));
    const files = ['poem.svg', 'poem.json'].map((name) => join(folder, name));
    const timelines = files.flatMap((file) => ['--timeline', file]);
    const { status } = await run('get-poetry', ...timelines, `${CLOSED_PORT}`, `${good}`);
    assert.equal(status, 1);
    const [svg, json] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    assert.match(svg ?? '', />✗ connection refused</);
    assert.match(svg ?? '', />✓ 7 bytes, /);
    assert.match(json ?? '', /"failure":"connection refused"/);
  });

  it('is written when the reader of its output has left', OPTIONS, async (t) => {
    const folder = await folderOf(t);
    const file = join(folder, 'poem.svg');
    const { port } = await serve(t, 'slowpoetry', SCIENCE, '--num-bytes', '1', '--delay', '0.01');
    const program = start(t, 'get-poetry', '--timeline', file, `${port}`);
    await program.printed(/\n/);
    program.child.stdout.destroy();
    assert.equal((await program.ended).status, 1);
    assert.match(await readFile(file, 'utf8'), /not finished/);
  });

  it('follows links, and lets nobody read what was closed to him', OPTIONS, async (t) => {
    const folder = await folderOf(t);
    const port = await script(t, (client) => client.end('a line\n'));
    const names = ['closed.svg', 'linked.svg', `${'a'.repeat(251)}.svg`].map((name) => join(folder, name));
    await mkdir(join(folder, 'elsewhere'));
    await symlink(join('elsewhere', 'poem.svg'), join(folder, 'linked.svg'));
    await writeFile(join(folder, 'closed.svg'), '', { mode: 0o600 });
    const files = names.flatMap((name) => ['--timeline', name]);
    const { status, stderr } = await run('get-poetry', ...files, `${port}`);
    assert.deepEqual([status, stderr], [0, '']);
    assert.equal((await stat(join(folder, 'closed.svg'))).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(join(folder, 'elsewhere')), ['poem.svg']);
    const texts = await Promise.all(names.map((name) => readFile(name, 'utf8')));
    for (const text of texts) assert.match(text, /^<svg .*✓ 7 bytes, .*<\/svg>\n$/s);
    assert.ok((await lstat(join(folder, 'linked.svg'))).isSymbolicLink());
  });

  it('is refused before any download', OPTIONS, async (t) => {
    const folder = await folderOf(t);
    await mkdir(join(folder, 'poem.svg'));
    await writeFile(join(folder, 'file'), '');
    await symlink('loop.svg', join(folder, 'loop.svg'));
    await symlink('/dev/null', join(folder, 'null.svg'));
    await symlink(join('none', 'poem.svg'), join(folder, 'away.svg'));
    let clients = 0;
    const port = await script(t, (client) => {
      clients += 1;
      client.end('a line\n');
    });
    const kinds = 'It must end in .svg, .html or .json.';
    const usage = (text: string): string =>
      `get-poetry: option '--timeline <file>' argument '${text}' is invalid. ${kinds} (see get-poetry --help)\n`;
    const missing = join(folder, 'none', 'poem.svg');
    const inFile = join(folder, 'file', 'poem.svg');
    const rows: [file: string, status: number, line: string][] = [
      ['poem.png', 2, usage('poem.png')],
      ['poem', 2, usage('poem')],
      [missing, 1, `get-poetry: timeline '${missing}' cannot be written: its folder does not exist\n`],
      [inFile, 1, `get-poetry: timeline '${inFile}' cannot be written: its folder is a file\n`],
      ...Object.entries({
        'poem.svg': 'it is a folder',
        'loop.svg': 'it links to itself',
        'null.svg': 'it is not a regular file',
        'away.svg': 'its folder does not exist',
        [`${'a'.repeat(300)}.svg`]: 'its name is too long',
      }).map(([name, why]): [file: string, status: number, line: string] => {
        const file = join(folder, name);
        return [file, 1, `get-poetry: timeline '${file}' cannot be written: ${why}\n`];
      }),
    ];
    // The superuser may write anywhere.
    if (process.getuid?.() !== 0) {
      const closed = join(folder, 'closed');
      await mkdir(closed);
      await chmod(closed, 0o500);
      const file = join(closed, 'poem.svg');
      rows.push([file, 1, `get-poetry: timeline '${file}' cannot be written: its folder is not writable\n`]);
    }
    for (const [file, status, line] of rows) {
      const ending = await run('get-poetry', '--timeline', file, `${port}`);
      assert.deepEqual([ending.status, ending.stdout, ending.stderr], [status, '', line]);
    }
    assert.equal(clients, 0);
  });
});

describe('T-2 get-poetry with and without --timeline', () => {
  it('prints the same to the byte', OPTIONS, async (t) => {
    const folder = await folderOf(t);
    const port = await script(t, (client) => client.end('a line\n'));
    for (const mode of [[], ['--blocking'], ['--compare'], ['--print']]) {
      for (const addresses of [[`${port}`], [`${port}`, `${CLOSED_PORT}`]]) {
        const [without, recorded] = await Promise.all([
          run('get-poetry', ...mode, ...addresses),
          run('get-poetry', '--timeline', join(folder, 'poem.svg'), ...mode, ...addresses),
        ]);
        const texts = ({ stdout, stderr }: typeof without): string[] => [stdout, stderr].map(withoutTimes);
        // Which of two tasks is told first depends on the network.
        const lines = (ending: typeof without): string[][] => texts(ending).map((text) => text.split('\n').sort());
        assert.deepEqual(
          addresses.length === 1 ? texts(recorded) : lines(recorded),
          addresses.length === 1 ? texts(without) : lines(without),
        );
        assert.equal(recorded.status, without.status);
      }
    }
  });

  it('loads what draws only for a timeline', async () => {
    const folder = 'packages/poetry/src';
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'));
    const loaded = await Promise.all(
      files.map(async (name) => {
        const text = await readFile(join(folder, name), 'utf8');
        return /^(?:import|export) (?!type\b).*from 'couplet-inspector/m.test(text) ? [name] : [];
      }),
    );
    assert.deepEqual(loaded.flat(), []);
  });
});

describe('T-5 get-poetry --compare', () => {
  it('downloads both ways, and draws both on one axis', OPTIONS, async (t) => {
    const folder = await folderOf(t);
    const names = ['poem.svg', 'poem.json'].map((name) => join(folder, name));
    const { port: one } = await serve(t, 'slowpoetry', SCIENCE, ...SLOW);
    const { port: two } = await serve(t, 'slowpoetry', SCIENCE, ...SLOW);
    const files = names.flatMap((name) => ['--timeline', name]);
    const { status, stdout, stderr } = await run('get-poetry', '--compare', ...files, `${one}`, `${two}`);
    assert.deepEqual([status, stderr], [0, '']);
    const [, slow = '', fast = ''] = /^Got 2 poems in (\S+)\n.*^Got 2 poems in (\S+)\n/ms.exec(stdout) ?? [];
    const [, factor = ''] =
      new RegExp(`\nAll at once: ${fast} instead of ${slow}, (\\S+) times as fast\n$`).exec(stdout) ?? [];
    assert.ok(Number(factor) > 1.3, stdout);
    const [svg = '', json = ''] = await Promise.all(names.map((name) => readFile(name, 'utf8')));
    assert.match(svg, /<title>[\d.]+ m?s instead of [\d.]+ m?s: \S+ times as fast<\/title>/);
    assert.match(svg, />get-poetry --blocking<.*>get-poetry</s);
    // One axis: where a round time stands is the same for both.
    const zeros = [...svg.matchAll(/x="([\d.]+)" y="[\d.]+" text-anchor="middle">(0\.1 s|100 ms)</g)];
    assert.equal(zeros.length, 2);
    assert.equal(zeros[0]?.[1], zeros[1]?.[1]);
    const { traceEvents } = JSON.parse(json);
    const runs = traceEvents.filter((event: { name: string }) => event.name === 'process_name');
    assert.deepEqual(
      runs.map((event: { pid: number; args: { name: string } }) => [event.pid, event.args.name]),
      [
        [1, 'get-poetry --blocking'],
        [2, 'get-poetry'],
      ],
    );
  });

  it('takes 22 s against 10 s for the three poems of npm start', { timeout: 60_000, skip: !FULL }, async (t) => {
    const poems = [
      ['ecstasy', '30'],
      ['fascination', '10'],
      ['science', '10'],
    ] as const;
    const servers = poems.map(([name, bytes]) => {
      return serve(t, 'slowpoetry', join(poemFolder(), `${name}.txt`), '--num-bytes', bytes);
    });
    const ports = (await Promise.all(servers)).map(({ port }) => `${port}`);
    const file = join(await folderOf(t), 'poems.svg');
    assert.equal((await run('get-poetry', '--compare', '--timeline', file, ...ports)).status, 0);
    const svg = await readFile(file, 'utf8');
    const [, fast, slow] = /<title>([\d.]+) s instead of ([\d.]+) s: /.exec(svg) ?? [];
    assert.ok(Math.abs(Number(fast) - 10) < 1 && Math.abs(Number(slow) - 22.5) < 1.5, `${fast} and ${slow} s`);
    const shares = [...svg.matchAll(/>busy [\d.]+ ms of [\d.]+ s \(([\d.]+) %\)</g)].map(([, share]) => Number(share));
    assert.ok(shares.length === 2 && shares.every((share) => share < 1), shares.join(' and '));
  });

  it('compares no times when a poem is missing, and has no use for --blocking', OPTIONS, async (t) => {
    const port = await script(t, (client) => client.end('a line\n'));
    const { status, stdout } = await run('get-poetry', '--compare', `${port}`, `${CLOSED_PORT}`);
    assert.equal(status, 1);
    assert.match(stdout, /\nThe times do not compare: not every poem is complete\n$/);
    const usage = await run('get-poetry', '--compare', '--blocking', `${port}`);
    const line = 'get-poetry: --blocking cannot be given beside --compare (see get-poetry --help)\n';
    assert.deepEqual([usage.status, usage.stdout, usage.stderr], [2, '', line]);
  });
});
