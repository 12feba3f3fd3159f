import { readFileSync } from 'node:fs';

/** The version of coupletd, of its own package.json. */
export function versionOf(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL(import.meta.resolve('coupletd/package.json')), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}
