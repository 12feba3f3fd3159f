import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { above } from '../values/above.ts';

/** A program with its version, that of the engine below it, and that of the runtime: one line. */
export function versionLine(program: string): string {
  const couplet = fileURLToPath(import.meta.resolve('couplet/package.json'));
  return `${program} ${versionOf(join(above('package.json'), 'package.json'))} (couplet ${versionOf(couplet)}, ${runtimeLine()})`;
}

/** The runtime with its version; Bun and Deno also say which Node they are like. */
function runtimeLine(): string {
  const { bun, deno, node } = process.versions;
  if (bun !== undefined) return `bun ${bun}`;
  return deno !== undefined ? `deno ${deno}` : `node ${node}`;
}

function versionOf(file: string): string {
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? `${manifest.version}` : 'unknown';
}
