import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { NodeBorder } from './border.ts';

/** The border of all worlds that this process plays. */
export const border: NodeBorder = new NodeBorder();

/** Calls `next` when nothing that was resolved waits any more. */
export function turn(next: () => void): void {
  setImmediate(next);
}

/** What the environment asks to replay. */
export function replay(): string | undefined {
  const { COUPLET_SIM } = process.env;
  return COUPLET_SIM;
}

/** The commit of the repository in whose root the process runs, shortened; empty when it runs elsewhere. */
export function commit(): string {
  try {
    const head = readFileSync(join('.git', 'HEAD'), 'utf8').trim();
    const hash = head.startsWith('ref: ') ? readFileSync(join('.git', head.slice(5)), 'utf8').trim() : head;
    return hash.slice(0, 12);
  } catch {
    return '';
  }
}
