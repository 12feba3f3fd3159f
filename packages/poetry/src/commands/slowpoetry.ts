import { reactor } from 'couplet';
import { BLOCK, BLOCK_HELP, milliseconds, seconds, wholeNumber } from '../command-line/option.ts';
import { examples, readArguments, runProgram } from '../command-line/program.ts';
import {
  openPorts,
  placeOf,
  serverCommandLine,
  serverEndpoints,
  serveUntilStopped,
  writeBufferFor,
} from '../command-line/server.ts';
import { readPoem } from '../protocols/poem.ts';
import { SlowPoetryFactory } from '../protocols/slow-poetry.ts';
import { say } from '../terminal/output.ts';

interface SlowPoetryCommand {
  readonly numBytes: number;
  readonly delay: number;
  readonly concurrency: number;
  readonly block: number;
}

const command = serverCommandLine('slowpoetry', 'Serves a poem slowly: sends a few bytes, waits, sends the next.')
  .argument('<file>', 'the poem')
  .option('--num-bytes <count>', 'how many bytes to send at a time', wholeNumber(1), 10)
  .option('--delay <seconds>', 'how long to wait between two pieces', seconds, 0.1)
  .option(
    '--concurrency <clients>',
    'how many clients to serve at a time, while the others wait in order of arrival; 0 means no limit',
    wholeNumber(0),
    1,
  )
  .option(BLOCK, BLOCK_HELP, milliseconds, 0)
  .addHelpText(
    'after',
    examples(
      'slowpoetry',
      ['--port 10000 poetry/ecstasy.txt', '10 bytes every 0.1 s'],
      ['--concurrency 0 poetry/science.txt', 'to all clients at once'],
      ['--block 400 poetry/science.txt', 'hold the thread'],
    ),
  );

await runProgram('slowpoetry', async () => {
  readArguments(command);
  const [file = ''] = command.args;
  const { numBytes, delay, concurrency, block } = command.opts<SlowPoetryCommand>();
  const endpoints = serverEndpoints(reactor, command);
  const poem = await readPoem(file);
  const factory = new SlowPoetryFactory({
    poem,
    numBytes,
    delayMs: delay * 1000,
    concurrency,
    blockMs: block,
    onTurn: (peer) => say(`Somebody at ${peer.authority} wants poetry!`),
    onPiece: (length) => say(`Sending ${length} bytes`),
  });
  const options = { maxWriteBufferBytes: writeBufferFor(poem) };
  await serveUntilStopped(reactor, command, () =>
    openPorts(reactor, endpoints, factory, options, (host) => say(`Serving ${file} on ${placeOf(host)}.`)),
  );
  return 0;
});
