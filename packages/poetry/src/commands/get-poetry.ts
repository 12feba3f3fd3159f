import { reactor } from 'couplet';
import { MOST_BYTES } from '../download/download.ts';
import { Task } from '../download/task.ts';
import { someSeconds, wholeNumber } from './option.ts';
import { checkEndpoint, poetryAddress } from './poetry-address.ts';
import { commandLine, readArguments, runProgram } from './program.ts';
import { runSession } from './session.ts';
import { UsageError } from './usage-error.ts';

interface GetPoetryOptions {
  readonly blocking?: true;
  readonly print?: true;
  readonly timeout?: number;
  readonly expectBytes?: readonly number[];
  readonly maxBytes: number;
}

const length = wholeNumber(0);

const command = commandLine('get-poetry', 'Downloads poems, from all addresses at once.')
  .argument(
    '<address...>',
    'port, :port, host:port, [ipv6]:port or an endpoint string such as tcp:host:port:timeout=5 or unix:path; the host is 127.0.0.1 unless given',
  )
  .option('--blocking', 'download one after the other')
  .option('--print', 'print the poems too, each below the line with its length')
  .option(
    '--timeout <seconds>',
    'the time limit for a poem, from the first attempt to connect to its last byte; unless set, connecting may take 30 s, or as long as an endpoint string says',
    someSeconds,
  )
  .option(
    '--expect-bytes <count>',
    'the length of the poem, once for each address in their order: a shorter or longer poem is a failure',
    (text: string, previous: readonly number[] | undefined) => [...(previous ?? []), length(text)],
  )
  .option('--max-bytes <count>', 'the maximum length of a poem', wholeNumber(1, 2 ** 31 - 1), MOST_BYTES)
  .addHelpText(
    'after',
    '\nA server does not say how long its poem is: without --expect-bytes a poem is complete when its\nserver closes in order, and only an empty one is a failure.\nExit status: 0 if every poem is complete, 1 if not, 2 for bad usage.',
  );

await runProgram('get-poetry', async () => {
  readArguments(command);
  const { blocking = false, print = false, timeout, expectBytes, maxBytes } = command.opts<GetPoetryOptions>();
  const addresses = command.args.map(poetryAddress);
  for (const { endpoint } of addresses) checkEndpoint(endpoint);
  if (expectBytes !== undefined && expectBytes.length !== addresses.length) {
    throw new UsageError(`--expect-bytes: ${expectBytes.length} given for ${addresses.length} addresses`);
  }
  const limits = { maxBytes, timeoutSeconds: timeout ?? Number.POSITIVE_INFINITY };
  const tasks = addresses.map((address, at) => new Task(at + 1, address, limits, expectBytes?.[at]));
  const { whole } = await runSession(reactor, tasks, { blocking, print });
  return whole === tasks.length ? 0 : 1;
});
