import type { Command } from 'commander';
import type { Application } from './application.ts';

/** What a plug-in exports by default: a package that adds a command to `coupletd`. */
export interface Plugin {
  /** Adds the options and arguments of the command. `command` has its name, and reads its words after this. */
  options?(command: Command): void;
  /** Makes the application of what was read: `options`, and the arguments. It starts nothing. */
  application(options: Readonly<Record<string, unknown>>, words: readonly string[]): Application | Promise<Application>;
}

/** Whether something is a plug-in. */
export function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false;
  return typeof Reflect.get(value, 'application') === 'function';
}
