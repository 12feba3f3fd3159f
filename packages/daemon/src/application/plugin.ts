import type { Command } from 'commander';
import type { Application } from './application.ts';

/**
 * What a plug-in exports by default: a package that adds a command to `coupletd`. `Options` is what its command line makes: a member for
 * each option, as Commander names and parses them.
 */
export interface Plugin<Options extends object = Readonly<Record<string, unknown>>> {
  /** Adds the options and arguments of the command. `command` has its name, and reads its words after this. */
  options?(command: Command): void;
  /** Makes the application of what was read: `options`, and the arguments. It starts nothing. */
  application(options: Options, words: readonly string[]): Application | Promise<Application>;
}

/** Whether something is a plug-in. */
export function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false;
  return typeof Reflect.get(value, 'application') === 'function';
}
