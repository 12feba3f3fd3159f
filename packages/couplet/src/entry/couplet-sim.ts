import { resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { backend } from '#backend';
import { border } from '#border';
import type { Request, ScenarioModule } from '../sim/request.ts';
import { isScenarioModule, replayOf, requestOf, UsageError } from '../sim/request.ts';
import { play, replayIn, SimulationError } from '../sim/simulate.ts';
import { oneLine } from '../values/one-line.ts';

const HELP = `Usage: couplet-sim [options] FILE

Plays a scenario in simulated worlds, one for each seed, until one fails.
The file is a module that exports the function 'scenario', and perhaps 'options',
as simulate() of couplet/sim takes them. Node 24 imports TypeScript as it is; Node 20
needs JavaScript.

  --seed SEED        replays one seed, and prints the full trace of its world
  --faults 1,5       lets only these of its faults happen, or 'none' of them
  --seeds COUNT      plays the seeds from 1 to COUNT; unless set, those of the options, or 100
  --profile PROFILE  calm, rough or storm; unless set, that of the options, or rough
  -h, --help         prints this help

COUPLET_SIM=PROFILE:SEED[:FAULTS] in the environment replays that seed, unless --seed is given.
Exit status: 0 if no world failed, 1 if one did, 2 for bad usage.
`;

/** Reads the command line; undefined when it asks for help. Throws a `UsageError`. */
function read(): Request | undefined {
  const text = { type: 'string' } as const;
  const { values, positionals } = parsed(() =>
    parseArgs({
      allowPositionals: true,
      options: { seed: text, faults: text, seeds: text, profile: text, help: { type: 'boolean', short: 'h' } },
    }),
  );
  return values.help === true ? undefined : requestOf(values, positionals);
}

/** Turns what `parse` throws into bad usage. The first line of its message says what is wrong; the others only suggest alternatives. */
function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.replace(/\n.*$/s, '') : String(error));
  }
}

async function load(file: string): Promise<ScenarioModule> {
  const module: object = await import(pathToFileURL(resolve(file)).href);
  if (isScenarioModule(module)) return module;
  throw new Error(`${file} does not export a function 'scenario', or its 'options' are not an object`);
}

async function run(request: Request): Promise<void> {
  const { scenario, options = {} } = await load(request.file);
  const outside = { ...backend(), border };
  const again = replayOf(request, options.profile) ?? replayIn(outside);
  const begun = performance.now();
  const { seeds, happenings, virtualMs, hashes } = await play(
    {
      ...options,
      ...(request.seeds !== undefined && { seeds: request.seeds }),
      ...(request.profile !== undefined && { profile: request.profile }),
      ...(again !== undefined && { trace: say }),
    },
    scenario,
    outside,
    again,
  );
  const took = ((performance.now() - begun) / 1000).toFixed(1);
  const worlds = seeds === 1 ? `1 world was well, trace ${[...hashes.values()].join()}` : `${seeds} worlds were well`;
  say(`${worlds}: ${happenings} happenings in ${(virtualMs / 1000).toFixed(1)} s of their time, ${took} s of ours`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints an error in one line on standard error, and the details of a failed simulation on standard output. Returns the exit status. */
function tell(error: unknown): number {
  const [what = '', ...rest] = error instanceof SimulationError ? error.message.split('\n') : [textOf(error)];
  const usage = error instanceof UsageError;
  process.stderr.write(`${oneLine(`couplet-sim: ${what}`)}${usage ? ' (see couplet-sim --help)' : ''}\n`);
  for (const line of rest) say(line);
  return usage ? 2 : 1;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<number> {
  try {
    const request = read();
    if (request === undefined) process.stdout.write(HELP);
    else await run(request);
    return 0;
  } catch (error) {
    return tell(error);
  }
}

// The reader may leave before the end of a long trace.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => process.exit(1));
const status = await main();
// A scenario that waits for something outside its world may have left that open.
process.stdout.write('', () => process.exit(status));
