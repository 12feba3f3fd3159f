// Builds the site into site/dist: `npm run site`. With `-- --serve` it serves the pages instead and follows what is written (without the API);
// with `-- --preview` it serves what it has built. What the site needs it installs first, and says so (with `-- --install` that is all): `npm ci`
// at the root installs none of it.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

const SITE = join(import.meta.dirname, '../site');
const API = join(SITE, 'api');

const { values } = parseArgs({
  options: { install: { type: 'boolean' }, serve: { type: 'boolean' }, preview: { type: 'boolean' } },
});

install(SITE);
if (values.serve) run(SITE, 'vitepress/bin/vitepress.js', 'dev');
else {
  install(API);
  if (values.install) process.exit();
  run(API, 'typedoc/bin/typedoc');
  run(SITE, 'vitepress/bin/vitepress.js', 'build');
  if (values.preview) run(SITE, 'vitepress/bin/vitepress.js', 'preview');
}

/** Installs what the lock file of a folder names, unless that has been done. */
function install(folder) {
  const timeOf = (file) => statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (timeOf('node_modules/.package-lock.json') > timeOf('package-lock.json')) return;
  console.error(`Installing what ${folder} needs ...`);
  check('npm ci', spawnSync('npm', ['ci'], { cwd: folder, stdio: 'inherit' }));
}

/** Runs a program that is installed in a folder, in it. */
function run(folder, program, ...words) {
  const file = join(folder, 'node_modules', program);
  check(program, spawnSync(process.execPath, [file, ...words], { cwd: folder, stdio: 'inherit' }));
}

/** Ends this program when another one has failed. */
function check(what, { status, error }) {
  if (status === 0) return;
  console.error(`${what} failed${error === undefined ? '' : `: ${error.message}`}`);
  process.exit(1);
}
