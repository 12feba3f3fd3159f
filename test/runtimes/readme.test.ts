import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { blocksOf } from '../blocks.ts';
import { pack, type Tarball } from '../tarball.ts';

const PAGE = 'packages/couplet/README.md';
/** The machine's own Node, which started npm, and the one of this workspace. */
const { npm_node_execpath: MACHINES = process.execPath } = process.env;
const NODES = new Set([MACHINES, process.execPath]);
const COMPILERS = ['6', '7'];

/** Follows the page in an empty folder, with one Node and one TypeScript. */
class Follower {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(folder: string, node: string) {
    this.#folder = folder;
    const { NODE_TEST_CONTEXT: _, PATH = '', ...env } = process.env;
    const inherited = Object.entries(env).filter(([name]) => !name.startsWith('npm_'));
    this.#env = { ...Object.fromEntries(inherited), PATH: `${dirname(node)}${delimiter}${PATH}` };
  }

  write(path: string, text: string): void {
    const file = join(this.#folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  run(command: string): void {
    const options = { cwd: this.#folder, env: this.#env, encoding: 'utf8', shell: true, timeout: 120_000 } as const;
    const { stdout, stderr, status } = spawnSync(command, options);
    assert.equal(status, 0, `${command}: ${stdout}${stderr}`);
  }

  /** Starts the server, has it answer a line, and stops it as Ctrl-C does. */
  async serve(command: string): Promise<void> {
    const [program = '', ...words] = command.split(' ');
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const server = spawn(program, words, { cwd: this.#folder, env: this.#env, stdio: [...stdio] });
    const [line] = await once(server.stdout, 'data');
    const socket = connect(Number(/:(\d+)/.exec(String(line))?.[1]), '127.0.0.1');
    socket.end('two lines\r\nthat rhyme\r\n');
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    server.kill('SIGINT');
    assert.deepEqual(await once(server, 'exit'), [0, null]);
    assert.equal(answer, 'TWO LINES\r\nTHAT RHYME\r\n');
  }
}

/** What the page asks for, in its order, from this tarball and with this TypeScript. */
async function follow(follower: Follower, { path }: Tarball, compiler: string): Promise<void> {
  for (const { language, text } of blocksOf(PAGE)) {
    if (language === 'json') follower.write('tsconfig.json', text);
    else if (language === 'ts') follower.write(fileOf(text), text.replace('listenTCP(8007,', 'listenTCP(0,'));
    else {
      for (const command of text.split('\n')) {
        if (command === 'node dist/server.js') await follower.serve(command);
        else follower.run(command.replace(/ couplet$/, ` ${path}`).replace(/ typescript$/, ` typescript@${compiler}`));
      }
    }
  }
}

function fileOf(text: string): string {
  const file = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1];
  assert.ok(file !== undefined, `the block does not say its file: ${text}`);
  return file;
}

describe(`${PAGE} leads to a server and its test`, { concurrency: false }, () => {
  let folder: string;
  let tarball: Tarball;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'couplet-readme-'));
    tarball = pack('couplet', folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const node of NODES) {
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
    for (const compiler of COMPILERS) {
      test(`on Node ${version}, with TypeScript ${compiler}`, async () => {
        const place = mkdtempSync(join(folder, 'project-'));
        await follow(new Follower(place, node), tarball, compiler);
      });
    }
  }
});
