import { readFile } from 'node:fs/promises';
import type { Surroundings } from '../../seam/surroundings.ts';
import { causeOfThrown } from './cause.ts';

const { channel } = process.getBuiltinModule('node:diagnostics_channel');
// The global one, by a name that the types of Deno have too.
const console = process.getBuiltinModule('node:console');

const UNCATCHABLE: ReadonlySet<string> = new Set(['SIGKILL', 'SIGSTOP']);

/** This process. */
export const surroundings: Surroundings = {
  pid: process.pid,

  environment(name) {
    return process.env[name];
  },

  async readFile(path) {
    try {
      return await readFile(path);
    } catch (error) {
      return causeOfThrown(error);
    }
  },

  catchSignals(names, caught) {
    const release = (): void => {
      for (const name of names) process.off(name, caught);
    };
    try {
      for (const name of names) {
        // Not each runtime says so.
        if (UNCATCHABLE.has(name))
          throw Object.assign(new Error(`EINVAL: ${name} cannot be caught`), { code: 'EINVAL' });
        process.on(name, caught);
      }
    } catch (error) {
      release();
      throw error;
    }
    return release;
  },

  warn(line, lines = [line]) {
    console.error(process.stderr.isTTY ? lines.join('\n') : line);
  },

  channel(name) {
    return channel(name);
  },

  // Not `disconnect`: what is still being sent would be lost, and the parent would see the channel close before the end.
  releaseIPC() {
    process.channel?.unref();
  },
};
