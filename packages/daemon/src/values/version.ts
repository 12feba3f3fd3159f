import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The version of coupletd. */
export function versionOf(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(fileURLToPath(import.meta.resolve('coupletd/package.json')), 'utf8'),
  );
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '';
}
