// The command `coupletd`.
import { resolve } from 'node:path';
import process from 'node:process';
import { reactor } from 'couplet';
import { coupletd } from '../commands/command.ts';
import { versionOf } from '../commands/version.ts';
import { checkLaunch } from '../supervisor/check.ts';
import { runDaemon } from '../supervisor/daemon.ts';
import { presentFolder } from '../supervisor/folder.ts';
import { EXIT } from '../values/exit-status.ts';

const directory = presentFolder();
const out = (text: string): void => void process.stdout.write(text);
const say = (line: string): void => void process.stderr.write(`coupletd: ${line}\n`);

const status = await coupletd(process.argv.slice(2), {
  environment: process.env,
  directory,
  out,
  error: (text) => void process.stderr.write(text),
  actions: {
    run: (launch, again) => runDaemon({ reactor, launch, again, say, directory, version: versionOf() }),
    check: async (launch) => {
      const lines = await checkLaunch(reactor, launch, resolve(directory, launch.configuration.options.rundir));
      out(`${lines.join('\n')}\n`);
      return EXIT.done;
    },
  },
});
process.exit(status);
