import { Option } from 'commander';
import { reactor } from 'couplet';
import { someSeconds, wholeNumber } from '../command-line/option.ts';
import { checkEndpoint, poetryAddress } from '../command-line/poetry-address.ts';
import { commandLine, examples, readArguments, runProgram } from '../command-line/program.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { MOST_BYTES } from '../download/download.ts';
import { Task } from '../download/task.ts';
import { compareSessions } from '../session/compare.ts';
import { runSession, type SessionOptions } from '../session/session.ts';
import { timelineFiles, withTimelines } from '../session/timeline-file.ts';
import { PROGRESS, type ViewOptions, viewOf } from '../session/view.ts';

interface GetPoetryOptions {
  readonly blocking?: true;
  readonly print?: true;
  readonly timeout?: number;
  readonly expectBytes?: readonly number[];
  readonly maxBytes: number;
  readonly compare?: true;
  readonly timeline?: readonly string[];
  readonly json?: true;
  readonly progress: ViewOptions['progress'];
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
  .option('--compare', 'download one after the other, then all at once, and compare the times')
  .option(
    '--timeline <file>',
    'draw what happened when: a picture (.svg), a page that zooms (.html) or a trace for ui.perfetto.dev (.json); may be repeated; a name such as a.moving.svg has it play, one such as a.zh-CN.svg in Chinese',
    timelineFiles,
  )
  .option(
    '--json',
    'print a line of JSON for each event instead; with --print each poem stands in the event of its end',
  )
  .addOption(
    new Option(
      '--progress <when>',
      'show on standard error how far each poem has come, instead of a line for each chunk; auto: if that is a terminal',
    )
      .choices(PROGRESS)
      .default('auto'),
  )
  .addHelpText(
    'after',
    '\nA server does not say how long its poem is: without --expect-bytes a poem is\ncomplete when its server closes in order, and only an empty one is a failure.\nExit status: 0 if every poem is complete, 1 if not, 2 for bad usage.',
  )
  .addHelpText(
    'after',
    examples(
      'get-poetry',
      ['10000 10001 10002', 'all at once'],
      ['--blocking 10000 10001', 'one after the other'],
      ['--compare --timeline a.svg 10000 10001', 'both, as a picture'],
      ['--expect-bytes 648 localhost:10002', 'fails if it is shorter'],
      ['--json 10000 | jq .bytes', 'a line for each event'],
    ),
  );

await runProgram('get-poetry', async () => {
  readArguments(command);
  const {
    blocking = false,
    print = false,
    timeout,
    expectBytes,
    maxBytes,
    compare,
    timeline = [],
    json = false,
    progress,
  } = command.opts<GetPoetryOptions>();
  if (compare && blocking) throw new UsageError('--blocking cannot be given beside --compare');
  const addresses = command.args.map(poetryAddress);
  for (const { endpoint } of addresses) checkEndpoint(endpoint);
  if (expectBytes !== undefined && expectBytes.length !== addresses.length) {
    throw new UsageError(
      `--expect-bytes: ${expectBytes.length} given for ${addresses.length} ${addresses.length === 1 ? 'address' : 'addresses'}`,
    );
  }
  const limits = { maxBytes, timeoutSeconds: timeout ?? Number.POSITIVE_INFINITY };
  const tasks = addresses.map((address, at) => new Task(at + 1, address, limits, expectBytes?.[at]));
  const whole = await withTimelines(reactor, timeline, async (record) => {
    const optionsOf = (oneByOne: boolean): SessionOptions => {
      const { lines, watchers } = viewOf(reactor, { json, print, progress, expectBytes });
      const recorders = record(oneByOne ? 'get-poetry --blocking' : 'get-poetry');
      return { blocking: oneByOne, print, lines, watchers: [...recorders, ...watchers] };
    };
    if (compare) return compareSessions(reactor, tasks, optionsOf);
    return (await runSession(reactor, tasks, optionsOf(blocking))).whole;
  });
  return whole === tasks.length ? 0 : 1;
});
