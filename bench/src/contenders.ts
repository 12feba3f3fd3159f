import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Compiler } from './compiler.ts';
import type { Contender, Present } from './contender.ts';
import { firstLineOf } from './machine.ts';
import { advice, bun, deno, find, node26 } from './runtimes.ts';

/** The root of the repository. */
const here = fileURLToPath(new URL('../../', import.meta.url));
const python = '/usr/bin/python3';

/**
 * A contender whose servers are `bench/servers/FOLDER/*.EXTENSION`, each run by the command that `run` makes of its path. They
 * are those of this repository, or of another root.
 */
function folderOf(
  folder: string,
  extension: string,
  version: string,
  run: (path: string) => readonly string[],
  root: string = here,
): Present {
  return {
    version,
    command: (program) => {
      const path = `${root}bench/servers/${folder}/${program}.${extension}`;
      return existsSync(path) ? run(path) : undefined;
    },
  };
}

/** Servers in TypeScript, run by the Node that runs this. */
function onNode(folder: string, version = process.version, root: string = here): Present {
  const run = (path: string): string[] => [process.execPath, '--conditions=couplet-source', '--expose-gc', path];
  return folderOf(folder, 'ts', version, run, root);
}

/** Servers on Couplet's sources, those of this repository or of another root. */
function onCouplet(folder: string, root: string = here): Present | string {
  const engine = `${root}packages/couplet/src/entry/couplet.ts`;
  return existsSync(engine) ? onNode(folder, process.version, root) : `${engine} does not exist`;
}

/** Servers in TypeScript, run by a Node that has `node:ffi`, with variables in their environment. */
function onNode26(folder: string, root: string = here, variables: readonly string[] = []): Present | string {
  const found = find(node26);
  if (found === undefined) return advice(node26);
  const flags = ['--no-warnings', '--conditions=couplet-source', '--expose-gc'];
  const run = (path: string): string[] => ['env', ...variables, found.path, ...flags, path];
  return folderOf(folder, 'ts', `v${found.version}`, run, root);
}

/** Servers in TypeScript, run by Bun, with variables in their environment. */
function onBun(folder: string, root: string = here, variables: readonly string[] = []): Present | string {
  const found = find(bun);
  if (found === undefined) return advice(bun);
  const run = (path: string): string[] => ['env', ...variables, found.path, '--conditions=couplet-source', path];
  return folderOf(folder, 'ts', `Bun ${found.version}`, run, root);
}

/** Servers in TypeScript, run by Deno. */
function onDeno(folder: string, root: string = here): Present | string {
  const found = find(deno);
  if (found === undefined) return advice(deno);
  const flags = ['--allow-all', '--no-check', '--v8-flags=--expose-gc', '--conditions=couplet-source'];
  return folderOf(folder, 'ts', `Deno ${found.version}`, (path) => [found.path, 'run', ...flags, path], root);
}

/** The same with some of its programs only. */
function limited(present: Present | string, takes: (program: string) => boolean): Present | string {
  if (typeof present === 'string') return present;
  return { ...present, command: (program) => (takes(program) ? present.command(program) : undefined) };
}

/** Servers on a package that the bench depends on. */
function onPackage(name: string): Present | string {
  try {
    const { version } = JSON.parse(readFileSync(new URL(import.meta.resolve(`${name}/package.json`)), 'utf8'));
    return onNode(name, version);
  } catch {
    return 'install it with: npm ci';
  }
}

// What follows leaves out: the bundlers of the bench are those of Node and of Bun, and coupletd is measured on Node.
/** What is measured on one Node. */
const apart = ['bundle', 'bytewise', 'processes', 'observed', 'simulation', 'start-up'];
/** What is compared of the two backends on Bun. */
const twice = ['echo', 'poems', 'idle'];

/** Couplet on Node, in the order of the table. With a root, that of the repository there. */
export function coupletsOnNode(root?: string): Contender[] {
  return [
    { name: 'couplet', find: () => onCouplet('couplet', root) },
    // The same engine, where lines are strings instead of bytes.
    { name: 'couplet-text', find: () => onCouplet('couplet-text', root) },
    // With decoders of a program's own, and with none: a parser that the program has written by hand.
    ...['couplet-decoder', 'couplet-generator', 'couplet-parser'].map((name) => ({
      name,
      find: () => onCouplet(name, root),
    })),
  ];
}

/** The same engine on the kernel's sockets of Node 26, on Bun by its backend and by that of Node, and on Deno. */
function coupletsElsewhere(root?: string): Contender[] {
  const node = ['COUPLET_BENCH_BACKEND=node'];
  const native = ['COUPLET_BACKEND=native'];
  return [
    {
      name: 'couplet-native',
      find: () => limited(onNode26('couplet', root, native), (program) => !apart.includes(program)),
    },
    {
      name: 'couplet-native-text',
      find: () => onNode26('couplet-text', root, native),
    },
    {
      name: 'couplet-bun',
      find: () => limited(onBun('couplet', root), (program) => program !== 'processes'),
    },
    { name: 'couplet-bun-text', find: () => onBun('couplet-text', root) },
    {
      name: 'couplet-bun-node',
      find: () => limited(onBun('couplet', root, node), (program) => twice.includes(program)),
    },
    {
      name: 'couplet-deno',
      find: () => limited(onDeno('couplet', root), (program) => !['bundle', 'processes'].includes(program)),
    },
  ];
}

/** Couplet on every runtime. With a root, that of the repository there. */
export function couplets(root?: string): Contender[] {
  return [...coupletsOnNode(root), ...coupletsElsewhere(root)];
}

/** Everyone, in the order of the table. */
export function contenders(compiler: Compiler): Contender[] {
  return [
    ...couplets(),
    // The sockets of each runtime alone.
    { name: 'node', find: () => onNode('node') },
    { name: 'node-26', find: () => onNode26('node') },
    { name: 'bun', find: () => onBun('bun') },
    { name: 'deno', find: () => onDeno('deno') },
    { name: 'readline', find: () => onNode('readline') },
    { name: 'split2', find: () => onPackage('split2') },
    {
      name: 'c',
      find: () => folderOf('c', 'c', compiler.version ?? '', (path) => [compiler.compile(path)]),
    },
    {
      name: 'go',
      find: () => {
        const version = firstLineOf('go', 'env', 'GOVERSION');
        if (version === undefined) return 'install it with: apt-get install golang-go';
        return folderOf('go', 'go', version, (path) => [compiler.compile(path)]);
      },
    },
    {
      name: 'twisted',
      find: () => {
        const version = firstLineOf(python, '-c', 'import twisted; print(twisted.__version__)');
        if (version === undefined) return 'install it with: apt-get install python3-twisted';
        // -B: leave no compiled files in the folder.
        return folderOf('twisted', 'py', version, (path) => [python, '-B', path]);
      },
    },
  ];
}
