import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { extname, join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { THRESHOLDS } from './thresholds.ts';
import { elsewhere, within } from './within.ts';

/** The addresses of all modules that `import 'couplet'` loads where it is installed. */
function loaded(): string[] {
  const program = join(import.meta.dirname, 'fixtures/modules.ts');
  const { stdout } = spawnSync(process.execPath, [program], { encoding: 'utf8', stdio: 'pipe' });
  return JSON.parse(stdout);
}

/** What is built for the tests is not bundled, and stands there under the name of the package. */
const unbundled = extname(import.meta.filename) === '.js' && 'what is built for tests is not bundled';

describe("import 'couplet'", { skip: elsewhere || unbundled }, () => {
  test('loads no more modules than it did', (t) => {
    const modules = loaded();
    const builtins = modules.filter((url) => url.startsWith('node:'));
    const files = modules.filter((url) => url.startsWith('file:'));
    assert.equal(builtins.length + files.length, modules.length);
    t.diagnostic(`${files.length} files, and ${builtins.join(', ')}`);
    within('files', files.length, THRESHOLDS.modules.files);
    within('modules of the runtime', builtins.length, THRESHOLDS.modules.builtins);
  });

  test('loads nothing of another runtime, no policies or services, and nothing to test with', () => {
    assert.deepEqual(
      loaded().filter((url) => /\/part-(?:policies|relay|services|sim|testing)\b/.test(url)),
      [],
    );
  });
});
