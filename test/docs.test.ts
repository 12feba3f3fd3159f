import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { reactor } from 'couplet';
import { clientFromString, serverFromString } from 'couplet/endpoints';
import { blocksOf, nameOf, PAGES, SITE_PAGES } from './blocks.ts';
import { DAEMON_LAYERS, LAYERS } from './layers.ts';

const blocks = PAGES.flatMap(blocksOf);
const scripts = blocks.filter(({ language }) => language === 'ts');

/** Pages that a program writes. */
const GENERATED = 'docs/planted-bugs.md';

/** Where the paths that a page names begin. */
const ROOTS = ['', 'packages/couplet/src', 'packages/couplet', 'packages/inspector/src', 'packages/daemon/src'];

/** The path of a file, and those that a build or a run makes, or the reader. */
const FILE = /(?<![\w./@-])(?:[\w-]+\/)+[\w.-]+\.(?:ts|mjs|md|json)\b/g;
const MADE = /^(?:src|dist)\/|\/(?:dist|results)\//;

/** Turns that readers have to translate. */
const ARCHAIC = /\b(?:(?<!there )is no|whoever|somebody|nobody|anybody|so many|that is none|for ever)\b/gi;

/** A page without its blocks of code. */
function proseOf(page: string): string {
  return readFileSync(page, 'utf8').replace(/^```.*?^```$/gms, '');
}

/** Its backend and the test of it, which takes a minute, are files of the tests. */
const BACKENDS = 'docs/writing-backends.md';

/** Runs a file with tests in it, outside of this run of the runner. */
function run(file: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return spawnSync('node_modules/.bin/node', ['--conditions=couplet-source', file], {
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
    env,
  });
}

describe('the code in the documentation', () => {
  let folder: string;

  // Inside the repository, so that `couplet` resolves as it does for a user.
  before(() => {
    folder = mkdtempSync(resolve('test', '.blocks-'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const [at, block] of scripts.entries()) {
      writeFileSync(join(folder, `block${at}.ts`), block.text);
      // What other blocks of the page import.
      const name = nameOf(block);
      if (name !== undefined) writeFileSync(join(folder, name), block.text);
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  test('type-checks', () => {
    const options = { noEmit: true, composite: false, incremental: false, customConditions: [] };
    const config = { extends: '../../tsconfig.base.json', compilerOptions: options, include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { stdout, status } = spawnSync('node_modules/.bin/tsc', ['-p', folder], { encoding: 'utf8' });
    const told = stdout.replace(/block(\d+)\.ts/g, (name, at) => {
      const block = scripts[Number(at)];
      return block === undefined ? name : `${block.page}:${block.line}`;
    });
    assert.equal(told, '');
    assert.equal(status, 0);
  });

  test('README: the first program is an echo server', async () => {
    const first = scripts.find(({ page }) => page === 'README.md');
    assert.ok(first);
    assert.ok(first.text.split('\n').length <= 15, 'it has more than fifteen lines');
    const file = join(folder, 'readme.ts');
    writeFileSync(file, first.text.replace('listenTCP(8007,', 'listenTCP(0,'));
    const flags = ['--conditions=couplet-source', file];
    const server = spawn('node_modules/.bin/node', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(server.stdout, 'data');
    const port = Number(/:(\d+)/.exec(String(line))?.[1]);
    const socket = connect(port, '127.0.0.1');
    socket.end('two lines that rhyme');
    let echoed = '';
    for await (const chunk of socket) echoed += String(chunk);
    server.kill('SIGTERM');
    assert.deepEqual(await once(server, 'exit'), [0, null]);
    assert.equal(echoed, 'two lines that rhyme');
  });

  test('README: the test that is to be red is, and says what the page says', () => {
    const of = blocks.filter(({ page }) => page === 'README.md');
    const at = of.findIndex(
      ({ language, text }) => language === 'ts' && text.includes('extends Protocol') && text.includes('verifyFraming'),
    );
    const [draft, told] = of.slice(at);
    assert.ok(draft !== undefined && told !== undefined);
    const file = join(folder, 'red.ts');
    writeFileSync(file, draft.text);
    const { status, stderr } = run(file);
    assert.equal(status, 1);
    assert.ok(stderr.includes(told.text), stderr);
  });

  test('S-9 README: how to install it stands in its first 15 lines', () => {
    for (const page of ['README.md', 'README.zh-CN.md']) {
      const first = readFileSync(page, 'utf8').split('\n').slice(0, 15).join('\n');
      for (const words of ['npm install couplet ', '@types/node', '"types": ["node"]'])
        assert.ok(first.includes(words), `${page}: ${words}`);
    }
  });

  test('README: its figures are those of the pages that it links to', () => {
    const planted = readFileSync(GENERATED, 'utf8');
    const [, all] = /There are (\d+) bugs; the compiler finds none/.exec(planted) ?? [];
    const found = Number(all) - planted.split('\\*\\*nothing\\*\\*').length + 1;
    const performance = readFileSync('docs/performance.md', 'utf8');
    const rate = (row: string): string | undefined =>
      new RegExp(`^\\| ${row} +\\| +([\\d.]+) `, 'm').exec(performance)?.[1];
    const told = {
      'README.md': [
        `${all} bugs were`,
        `checks ${found}:`,
        `${rate('Echo')} times the CPU`,
        `bulk ${rate('Bulk')} times`,
      ],
      'README.zh-CN.md': [`${all} 个错误`, `发现了 ${found} 个`, `的 ${rate('Echo')} 倍`, `是 ${rate('Bulk')} 倍`],
    };
    for (const [page, words] of Object.entries(told))
      for (const one of words) assert.ok(readFileSync(page, 'utf8').includes(one), `${page}: ${one}`);
  });

  for (const [at, { page, line, text }] of scripts.entries()) {
    if (page.endsWith('zh-CN.md') || page === BACKENDS || !text.includes("from 'node:test'")) continue;
    test(`${page}:${line}: the test in it passes`, () => {
      const { status, stdout } = run(join(folder, `block${at}.ts`));
      assert.equal(status, 0, stdout);
    });
  }

  test('docs/simulation.md: the first test of a protocol under faults has at most fifteen lines', () => {
    const first = scripts.find(({ page }) => page === 'docs/simulation.md');
    assert.ok(first);
    const lines = first.text.split('\n').filter((line) => line !== '');
    assert.ok(lines.length <= 15, `it has ${lines.length}`);
  });

  test('docs/simulation.md: the first draft of its test fails as the page says', () => {
    const [whole, draft, told] = blocks.filter(({ page }) => page === 'docs/simulation.md');
    assert.ok(whole !== undefined && draft !== undefined && told !== undefined);
    const file = join(folder, 'draft.ts');
    writeFileSync(file, whole.text.replace(/return \(await connection.lines.*/, draft.text));
    const { status, stdout } = run(file);
    assert.equal(status, 1);
    // The commit is another one each time; dots stand for what the page leaves out.
    const said = stdout.replace(/, commit \w+/g, '');
    for (const line of told.text.split('\n'))
      assert.ok(said.includes(line.replace(/\.{3}$/, '').trim()), `'${line}' in ${said}`);
  });

  test('docs/transports.md: the strings of its tables are endpoints', () => {
    const page = readFileSync('docs/transports.md', 'utf8');
    const tables = { '## Where a server listens': serverFromString, '## Where a client connects to': clientFromString };
    for (const [title, endpointOf] of Object.entries(tables)) {
      const [section = ''] = page.slice(page.indexOf(title) + title.length).split('\n## ');
      const strings = [...section.matchAll(/^\| `(.+?)`/gm)].map(([, text = '']) => text);
      assert.ok(strings.length > 5, `${title}: ${strings}`);
      for (const text of strings) assert.doesNotThrow(() => endpointOf(reactor, text));
    }
  });

  test(`${BACKENDS}: its backend and its test are those that npm run test:runtimes runs`, () => {
    const files = scripts.filter((block) => block.page === BACKENDS && nameOf(block) !== undefined);
    assert.equal(files.length, 2);
    for (const block of files) {
      const path = join('packages/couplet/test/runtimes', nameOf(block) ?? '');
      assert.equal(block.text.replace(/^.*\n/, ''), readFileSync(path, 'utf8').trimEnd(), path);
    }
  });

  const rooms = { '## Where things are': LAYERS, '## coupletd': DAEMON_LAYERS };
  for (const [title, layers] of Object.entries(rooms)) {
    test(`docs/architecture.md: the rooms below ${title} are the layers, from below`, () => {
      const page = readFileSync('docs/architecture.md', 'utf8');
      const [table = ''] = /^\| room .*\n(?:\|.*\n)+/m.exec(page.slice(page.indexOf(`\n${title}\n`))) ?? [];
      const names = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
      assert.deepEqual(
        names,
        layers.flatMap(({ folders }) => folders),
      );
    });
  }

  test('the pictures that move have at most 120 kB', () => {
    for (const kind of ['moving', 'moving.zh-CN']) {
      const { size } = statSync(`docs/poetry.${kind}.svg`);
      assert.ok(size <= 120_000, `${kind}: ${size} bytes`);
    }
  });

  test('both READMEs show the same programs', () => {
    const of = (page: string): string[] => scripts.filter((block) => block.page === page).map(({ text }) => text);
    assert.deepEqual(of('README.zh-CN.md'), of('README.md'));
  });

  test('each npm command in it exists', () => {
    const known = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).scripts);
    for (const page of [...PAGES, ...SITE_PAGES]) {
      const text = readFileSync(page, 'utf8');
      for (const [, name] of text.matchAll(/npm run ([\w:]+)/g))
        assert.ok(known.includes(name ?? ''), `${page}: ${name}`);
    }
  });

  test('each link to a file of the repository leads somewhere', () => {
    for (const page of PAGES) {
      for (const [, target = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
        if (/^\w+:/.test(target)) continue;
        assert.ok(existsSync(join(dirname(page), target)), `${page}: ${target}`);
      }
    }
  });

  test('each file that it names exists', () => {
    for (const page of PAGES) {
      for (const [path] of readFileSync(page, 'utf8').matchAll(FILE)) {
        const found = MADE.test(path) || [...ROOTS, dirname(page)].some((root) => existsSync(join(root, path)));
        assert.ok(found, `${page}: ${path}`);
      }
    }
  });

  test('its tables have at most 120 columns', () => {
    for (const page of PAGES.filter((name) => name !== GENERATED)) {
      for (const row of proseOf(page).match(/^\|.*$/gm) ?? []) assert.ok(row.length <= 120, `${page}: ${row}`);
    }
  });

  test('its English is plain', () => {
    const pages = [...PAGES, ...SITE_PAGES];
    for (const page of pages.filter((name) => name !== GENERATED && !name.startsWith('docs/decisions')))
      assert.deepEqual(proseOf(page).match(ARCHAIC) ?? [], [], page);
  });
});
