import process from 'node:process';
import { parseArgs } from 'node:util';
import { createProject, UsageError, version } from '../project/project.ts';

const HELP = `Usage: create-couplet [options] <name>

Makes a folder of that name with a server that has limits, its tests on a
simulated network, and a unit for systemd.

Options:
  --couplet <file>  take couplet from a tarball, such as one of npm pack
  --version         print the version
  -h, --help        print this help

Examples:
  npm create couplet hello                              # from the registry
  npm exec --package=./create-couplet-0.1.0.tgz -- \\
    create-couplet hello --couplet couplet-0.1.0.tgz    # from tarballs`;

/** Does what the command line says. Returns what is printed. Throws a `UsageError` for what cannot be done so. */
function main(words: string[]): string {
  const { values, positionals } = argumentsOf(words);
  if (values.help === true) return HELP;
  if (values.version === true) return `create-couplet ${version()} (node ${process.versions.node})`;
  const [name, extra] = positionals;
  if (name === undefined) throw new UsageError("missing required argument 'name'");
  if (extra !== undefined) throw new UsageError(`unexpected argument '${extra}'`);
  const files = createProject(name, values.couplet);
  return `${name} has ${files.join(', ')}. Next:\n\n  cd ${name}\n  npm install\n  npm test\n  npm start`;
}

/** Reads the arguments. Throws a `UsageError` for what there is not. */
function argumentsOf(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        couplet: { type: 'string' },
        version: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const [what = ''] = error instanceof Error ? error.message.split(/\. |\n/) : [];
    throw new UsageError(what, { cause: error });
  }
}

try {
  console.log(main(process.argv.slice(2)));
} catch (error) {
  const usage = error instanceof UsageError;
  const what = error instanceof Error ? error.message : String(error);
  // Nothing is left in the line that a terminal could obey.
  const line = what.replace(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
  console.error(`create-couplet: ${line}${usage ? ' (see create-couplet --help)' : ''}`);
  process.exitCode = usage ? 2 : 1;
}
