import { reactor } from 'couplet';
import { examples, readArguments, runProgram } from '../command-line/program.ts';
import {
  openPorts,
  serverCommandLine,
  serverEndpoints,
  serveUntilStopped,
  writeBufferFor,
} from '../command-line/server.ts';
import { FastPoetryFactory } from '../protocols/fast-poetry.ts';
import { readPoem } from '../protocols/poem.ts';
import { say } from '../terminal/output.ts';

const command = serverCommandLine('fastpoetry', 'Serves a poem: sends the whole of it on connect, and closes.')
  .argument('<file>', 'the poem')
  .addHelpText(
    'after',
    examples(
      'fastpoetry',
      ['--port 10003 poetry/jiangjinjiu.txt', 'on localhost'],
      ['--listen unix:sock poetry/science.txt', 'on a UNIX socket'],
    ),
  );

await runProgram('fastpoetry', async () => {
  readArguments(command);
  const [file = ''] = command.args;
  const endpoints = serverEndpoints(reactor, command);
  const poem = await readPoem(file);
  const options = { maxWriteBufferBytes: writeBufferFor(poem) };
  await serveUntilStopped(reactor, command, () =>
    openPorts(reactor, endpoints, new FastPoetryFactory(poem), options, (host) => say(`Serving ${file} on ${host}.`)),
  );
  return 0;
});
