import { reactor } from 'couplet';
import { FastPoetryFactory } from './fast-poetry.ts';
import { say } from './output.ts';
import { readPoem } from './poem.ts';
import { readArguments, runProgram } from './program.ts';
import type { ServerOptions } from './server.ts';
import { serverCommandLine, serveUntilStopped, writeBufferFor } from './server.ts';

const command = serverCommandLine(
  'fastpoetry',
  'Serves a poem: sends the whole of it on connect, and closes.',
).argument('<file>', 'the poem');

await runProgram('fastpoetry', async () => {
  readArguments(command);
  const [file = ''] = command.args;
  const { port, iface } = command.opts<ServerOptions>();
  const poem = await readPoem(file);
  await serveUntilStopped(reactor, async () => {
    const options = { interface: iface, maxWriteBufferBytes: writeBufferFor(poem) };
    const listening = await reactor.listenTCP(port, new FastPoetryFactory(poem), options);
    say(`Serving ${file} on ${listening.getHost()}.`);
  });
  return 0;
});
