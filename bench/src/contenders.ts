import { existsSync } from 'node:fs';
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
function onNode(folder: string): Present {
  return folderOf(folder, 'ts', process.version, (path) => [
    process.execPath,
    '--conditions=couplet-source',
    '--expose-gc',
    path,
  ]);
}

/** Everyone, in the order of the table. */
export function contenders(compiler: Compiler): Contender[] {
  return [
    {
      name: 'couplet',
      find: () => (existsSync(engine) ? onNode('couplet') : 'packages/couplet/src/entry/couplet.ts does not exist'),
    },
    { name: 'node', find: () => onNode('node') },
    {
      name: 'c',
      find: () => folderOf('c', 'c', compiler.version ?? '', (path) => [compiler.compile(path)]),
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
