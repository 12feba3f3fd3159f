import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { firstLineOf } from './machine.ts';

/** Where `npm run test:runtimes` installs what the workspace does not have. */
const installed = fileURLToPath(new URL('../../node_modules/.cache/runtimes/node_modules/.bin/', import.meta.url));

/** A runtime that is here. */
export interface Found {
  readonly version: string;
  /** The program itself: its package may have a script that starts it. */
  readonly path: string;
}

interface Runtime {
  readonly name: string;
  /** The least version; any unless set. */
  readonly least?: number;
  /** The variable that names another program. */
  readonly variable: string;
  /** Has it print its version and where its program is. */
  readonly words: readonly string[];
}

export const bun: Runtime = {
  name: 'bun',
  variable: 'BUN',
  words: ['--eval', 'console.log(Bun.version, process.execPath)'],
};

export const deno: Runtime = {
  name: 'deno',
  variable: 'DENO',
  words: ['eval', 'console.log(Deno.version.deno, Deno.execPath())'],
};

/** The Node that has `node:ffi`, beside the one that runs this. */
export const node26: Runtime = {
  name: 'node',
  least: 26.1,
  variable: 'NODE26',
  words: ['--eval', 'console.log(process.versions.node, process.execPath)'],
};

const known = new Map<Runtime, Found | undefined>();

/** The one that the variable names, that `npm run test:runtimes` has installed, or that is on the PATH. */
export function find(runtime: Runtime): Found | undefined {
  if (!known.has(runtime)) known.set(runtime, look(runtime));
  return known.get(runtime);
}

function look({ name, least = 0, variable, words }: Runtime): Found | undefined {
  const named = process.env[variable];
  for (const command of named === undefined ? [`${installed}${name}`, name] : [named]) {
    const [, version, path] = /^(\S+) (.+)$/.exec(firstLineOf(command, ...words) ?? '') ?? [];
    if (version !== undefined && path !== undefined && Number.parseFloat(version) >= least) return { version, path };
  }
  return undefined;
}

/** How to get a runtime. */
export function advice({ name, variable }: Runtime): string {
  return `install it with: npm run test:runtimes, or put ${name} on the PATH, or its path into ${variable}`;
}
