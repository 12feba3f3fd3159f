// Writes what `couplet`, `couplet-inspector`, `coupletd` and `create-couplet` publish to their dist: a file for each entry, and one for each part of
// which an entry has something. What begins with # stays an import: whoever runs or bundles the package resolves it for a runtime. So do others.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import process from 'node:process';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

const SOURCE = 'couplet-source';
/** The last file that is written. */
const STAMP = 'build/package.json';

/** The parts of several folders: each file that is loaded takes time, so those are few. Any other folder is a part of its own. */
const PARTS = {
  base: ['seam', 'values', 'machine', 'bytes', 'address', 'time', 'filters', 'framing', 'protocol'],
  engine: ['haproxy', 'engine', 'processes', 'reactor', 'endpoints'],
};
/** What has the reactor of the process, which starts the backend of its runtime: apart from the class, which others use without it. */
const OF_THE_PROCESS = ['connection', 'reactor/default.ts'];

/** The backends that are a part of their own. */
const ALONE = ['bun', 'deno', 'native', 'browser'];

for (const name of ['couplet', 'inspector', 'daemon', 'create-couplet'])
  await bundlePackage(join(import.meta.dirname, '../packages', name));

/** Bundles a package if something of it has changed. */
async function bundlePackage(folder) {
  process.chdir(folder);
  if (!stale()) return;
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  rmSync('dist', { recursive: true, force: true });
  const entries = Object.values(manifest.exports).filter((target) => typeof target === 'object');
  const inner = Object.values(manifest.imports ?? {}).flatMap(byRuntime);
  const written = new Set([...entries, ...inner].map((target) => target.default));
  const programs = Object.keys(manifest.bin ?? {})
    .map((name) => ({ [SOURCE]: `./src/entry/${name}.ts`, default: `./dist/${name}.js` }))
    .filter((target) => !written.has(target.default));
  await Promise.all([
    write('.js', [...entries, ...inner, ...programs], { name: 'pure', transform: pure }),
    // A package of programs alone declares nothing.
    entries.length > 0 &&
      write('.d.ts', entries, dts({ dtsOnly: true, generator: 'oxc', sourcemap: false, tsconfig: false })),
  ]);
  writeUnbundled(manifest);
}

/** The targets of an import: one for each runtime that has sources of its own. */
function byRuntime(target) {
  const sources = target[SOURCE];
  if (typeof sources === 'string') return [target];
  return Object.keys(sources).map((runtime) => ({ [SOURCE]: sources[runtime], default: target[runtime] }));
}

/** Whether something has changed since the last time, or what was written is gone. */
function stale() {
  const written = statSync(STAMP, { throwIfNoEntry: false })?.mtimeMs;
  const sources = [import.meta.filename, 'package.json', '../../package-lock.json', ...globSync('src/**/*.ts')];
  return written === undefined || !existsSync('dist') || sources.some((file) => statSync(file).mtimeMs > written);
}

/** Bundles the sources of these entries, each under the name of its file in dist. */
async function write(extension, targets, plugin) {
  const input = Object.fromEntries(targets.map((target) => [basename(target.default, '.js'), target[SOURCE]]));
  const bundle = await rolldown({
    input,
    external: [/^[^./]/],
    platform: 'neutral',
    plugins: [plugin],
    preserveEntrySignatures: 'allow-extension',
  });
  await bundle.write({
    dir: 'dist',
    // Declarations keep what is documented: who reads about a name looks there.
    comments: { jsdoc: extension !== '.js' },
    entryFileNames: `[name]${extension}`,
    chunkFileNames: `part-[name]${extension}`,
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ debugName: 'parts', name: partOf }] },
  });
}

/** The part that a source belongs to, its folder unless that is in one; null for what has no file of its own. */
function partOf(id, context) {
  const path = relative('src', id).replaceAll(sep, '/');
  const [folder, inner] = path.split('/');
  if (context.getModuleInfo(id).isEntry || OF_THE_PROCESS.some((part) => path.startsWith(part))) return null;
  // No runtime loads the backend of another one.
  if (folder === 'backends' && ALONE.includes(inner)) return inner;
  return Object.keys(PARTS).find((part) => PARTS[part].includes(folder)) ?? folder;
}

/** Says of each constant what `sideEffects: false` says of its file, so that bundlers drop it where it is not used. */
function pure(code) {
  return code.replaceAll(/^((?:export )?const \w+(?:: [^=]+)? = )(?=new |[\w.]+(?:<.*>)?\()/gm, '$1/* @__PURE__ */ ');
}

/** Compiled tests, for a runtime that does not take TypeScript, see the compiled sources as the package. */
function writeUnbundled(manifest) {
  const compiled = (target) => {
    if (typeof target === 'string') return target.replace(/^(\.\/src\/.*)\.ts$/, '$1.js');
    return target[SOURCE] === undefined ? map(target) : compiled(target[SOURCE]);
  };
  const map = (targets) =>
    Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, compiled(target)]));
  const { name, version, type, exports, imports } = manifest;
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, JSON.stringify({ name, version, type, exports: map(exports), imports: map(imports ?? {}) }));
}
