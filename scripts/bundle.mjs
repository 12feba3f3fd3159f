// Writes what `couplet` publishes to its dist: a file for each entry, and one for each layer of which an entry has something.
// `#backend` stays an import: whoever runs or bundles the package resolves it for a runtime.
import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import process from 'node:process';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

const SOURCE = 'couplet-source';
/** The last file that is written. */
const STAMP = 'build/package.json';

/** What a runtime loads of the backends is not for other runtimes, nor for simulations; its folders use each other. */
const ofBackends = { debugName: 'backends', name: 'backends', test: /\/src\/backends\//, entriesAware: true };
const ofLayers = { debugName: 'layers', name: layerOf };

process.chdir(join(import.meta.dirname, '../packages/couplet'));
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

if (stale()) {
  rmSync('dist', { recursive: true, force: true });
  const entries = Object.values(manifest.exports).filter((target) => typeof target === 'object');
  const backends = Object.values(manifest.imports);
  const programs = Object.keys(manifest.bin).map((name) => ({
    [SOURCE]: `./src/entry/${name}.ts`,
    default: `./dist/${name}.js`,
  }));
  await Promise.all([
    write('.js', [...entries, ...backends, ...programs], { name: 'pure', transform: pure }),
    write('.d.ts', entries, dts({ dtsOnly: true, generator: 'oxc', sourcemap: false, tsconfig: false })),
  ]);
  writeUnbundled();
}

/** Whether something has changed since the last time. */
function stale() {
  const written = statSync(STAMP, { throwIfNoEntry: false })?.mtimeMs;
  const sources = [import.meta.filename, 'package.json', '../../package-lock.json', ...globSync('src/**/*.ts')];
  return written === undefined || sources.some((file) => statSync(file).mtimeMs > written);
}

/** Bundles the sources of these entries, each under the name of its file in dist. */
async function write(extension, targets, plugin) {
  const input = Object.fromEntries(targets.map((target) => [basename(target.default, '.js'), target[SOURCE]]));
  const bundle = await rolldown({
    input,
    external: [/^#/, /^node:/],
    platform: 'neutral',
    plugins: [plugin],
    preserveEntrySignatures: 'allow-extension',
  });
  await bundle.write({
    dir: 'dist',
    entryFileNames: `[name]${extension}`,
    chunkFileNames: ({ name }) => `layer-${name.split('~')[0]}${extension}`,
    codeSplitting: { includeDependenciesRecursively: false, groups: [ofBackends, ofLayers] },
  });
}

/** The folder of a source; null for an entry, which has a file of its own. */
function layerOf(id, context) {
  return context.getModuleInfo(id).isEntry ? null : relative('src', dirname(id)).replaceAll(sep, '-');
}

/** Says of each constant what `sideEffects: false` says of its file, so that bundlers drop it where it is not used. */
function pure(code) {
  return code.replaceAll(/^((?:export )?const \w+(?:: [^=]+)? = )(?=new |[\w.]+(?:<.*>)?\()/gm, '$1/* @__PURE__ */ ');
}

/** Compiled tests, for a runtime that does not take TypeScript, see the compiled sources as the package `couplet`. */
function writeUnbundled() {
  const compiled = (target) => (typeof target === 'string' ? target : target[SOURCE].replace(/\.ts$/, '.js'));
  const map = (targets) =>
    Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, compiled(target)]));
  const { name, type, exports, imports } = manifest;
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, JSON.stringify({ name, type, exports: map(exports), imports: map(imports) }));
}
