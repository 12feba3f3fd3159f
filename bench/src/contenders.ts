import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Compiler } from './compiler.ts';
import type { Contender, Present } from './contender.ts';
import { firstLineOf } from './machine.ts';

const servers = fileURLToPath(new URL('../servers/', import.meta.url));
const engine = fileURLToPath(new URL('../../packages/couplet/src/entry/couplet.ts', import.meta.url));
const python = '/usr/bin/python3';

/** A contender whose servers are `bench/servers/FOLDER/*.EXTENSION`, each run by the command that `run` makes of its path. */
function folderOf(
  folder: string,
  extension: string,
  version: string,
  run: (path: string) => readonly string[],
): Present {
  return {
    version,
    command: (program) => {
      const path = `${servers}${folder}/${program}.${extension}`;
      return existsSync(path) ? run(path) : undefined;
    },
  };
}

/** Servers in TypeScript, run by the Node that runs this. */
function onNode(folder: string, version = process.version): Present {
  return folderOf(folder, 'ts', version, (path) => [
    process.execPath,
    '--conditions=couplet-source',
    '--expose-gc',
    path,
  ]);
}

/** Servers on Couplet's sources. */
function onCouplet(folder: string): Present | string {
  return existsSync(engine) ? onNode(folder) : 'packages/couplet/src/entry/couplet.ts does not exist';
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

/** Everyone, in the order of the table. */
export function contenders(compiler: Compiler): Contender[] {
  return [
    { name: 'couplet', find: () => onCouplet('couplet') },
    // The same engine, where lines are strings instead of bytes.
    { name: 'couplet-text', find: () => onCouplet('couplet-text') },
    { name: 'node', find: () => onNode('node') },
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
