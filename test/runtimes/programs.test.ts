import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import { programOf, RUNTIMES, type Runtime } from 'couplet-test/runtime';

const POEM = 'poetry/science.txt';
const LENGTH = readFileSync(POEM).length;

/** What stands before the name of a program, as the READMEs type it; of Node the file is run, as `npx` takes the first Node of PATH. */
const PREFIXES: Readonly<Record<Runtime, readonly string[]>> = {
  node: [],
  bun: ['bunx', '--bun'],
  deno: ['deno', 'x', '-A'],
};

/** The environment in which one types `bun` or `deno`, and nothing tells whose script this is. */
const { PATH, NODE_TEST_CONTEXT: _, ...inherited } = process.env;
const environment = {
  ...Object.fromEntries(Object.entries(inherited).filter(([name]) => !name.startsWith('npm_'))),
  PATH: `${dirname(programOf('bun'))}:${PATH}`,
};

/** A program as one types it. */
class Typed {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<unknown[]>;
  #output = '';
  #errors = '';

  constructor(t: TestContext, runtime: Runtime, name: string, words: readonly string[]) {
    const [command = programOf('node'), ...before] = PREFIXES[runtime];
    const program = runtime === 'node' ? `node_modules/.bin/${name}` : name;
    this.#child = spawn(command, [...before, program, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment,
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text) => {
      this.#output += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#errors += text;
    });
    this.#ended = once(this.#child, 'close');
    t.after(() => {
      if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    });
  }

  /** Resolves to what a pattern finds in the output. */
  async says(pattern: RegExp): Promise<string> {
    for (;;) {
      const [, found] = pattern.exec(this.#output) ?? [];
      if (found !== undefined) return found;
      const [event] = await Promise.race([once(this.#child.stdout, 'data'), this.#ended]);
      if (typeof event !== 'string') assert.fail(`no ${pattern} in ${this.#output}${this.#errors}`);
    }
  }

  /** Resolves to its output once it has ended in order, at a signal if one is given. */
  async ends(signal?: NodeJS.Signals): Promise<string> {
    if (signal !== undefined) this.#child.kill(signal);
    assert.deepEqual([await this.#ended, this.#errors], [[0, null], '']);
    return this.#output;
  }
}

/** The words of a script of package.json or of a task of deno.json behind `coupletd` or its file. */
function startWords(file: string, key: string): readonly string[] {
  const [, words = ''] = /coupletd(?:\.js)? (.*)$/.exec(JSON.parse(readFileSync(file, 'utf8'))[key].start) ?? [];
  return words.split(' ');
}

const VERSIONS = { node: '26.10.0', bun: '1.4.5', deno: '2.9.6' };

for (const name of RUNTIMES)
  describe(`the poetry programs, typed as one does with ${name}`, { timeout: 120_000 }, () => {
    test('say that they run on it', async (t) => {
      for (const program of ['fastpoetry', 'slowpoetry', 'get-poetry'])
        assert.match(
          await new Typed(t, name, program, ['--version']).ends(),
          new RegExp(`^${program} \\S+ \\(couplet \\S+, ${name} ${VERSIONS[name].replaceAll('.', '\\.')}\\)\n$`),
        );
    });

    test('serve and download a poem, and end at SIGTERM with status 0', async (t) => {
      const servers = [
        new Typed(t, name, 'fastpoetry', ['--port', '0', POEM]),
        new Typed(t, name, 'slowpoetry', ['--port', '0', '--num-bytes', '100', '--delay', '0.01', POEM]),
      ];
      const ports = await Promise.all(servers.map((server) => server.says(/^Serving .*\bport[ =](\d+)/m)));
      const downloaded = await new Typed(t, name, 'get-poetry', ports).ends();
      for (const task of [1, 2]) assert.match(downloaded, new RegExp(`^Task ${task}: ${LENGTH} bytes of poetry$`, 'm'));
      assert.match(downloaded, /^Got 2 poems in /m);
      for (const server of servers) await server.ends('SIGTERM');
    });

    test('serve everything in one process, as npm start does', async (t) => {
      const service = new Typed(t, name, 'coupletd', startWords('package.json', 'scripts'));
      const port = await service.says(/^Serving jiangjinjiu\.txt fast on 127\.0\.0\.1:(\d+)\.$/m);
      await service.says(/^(Ctrl-C stops the service)\.$/m);
      assert.match(await new Typed(t, name, 'get-poetry', [port]).ends(), /^Got 1 poem in /m);
      await service.ends('SIGTERM');
    });
  });

test('deno task start runs what npm start runs', () => {
  assert.deepEqual(startWords('deno.json', 'tasks'), startWords('package.json', 'scripts'));
});

test('the READMEs show these commands', () => {
  for (const page of ['README.md', 'README.zh-CN.md']) {
    const text = readFileSync(page, 'utf8');
    for (const prefix of [PREFIXES.bun, PREFIXES.deno])
      assert.ok(text.includes(`${prefix.join(' ')} get-poetry 10000`), page);
    for (const start of ['bun run --bun start', 'deno task start']) assert.ok(text.includes(start), page);
  }
});
