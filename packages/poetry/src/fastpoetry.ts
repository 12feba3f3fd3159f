import { reactor } from 'couplet';
import { FastPoetryFactory } from './fast-poetry.ts';
import { interfaceName, wholeNumber } from './option.ts';
import { say } from './output.ts';
import { readPoem } from './poem.ts';
import { commandLine, readArguments, runProgram } from './program.ts';
import { serveUntilStopped, writeBufferFor } from './server.ts';

interface Options {
  readonly port: number;
  readonly iface: string;
}

const command = commandLine('fastpoetry', 'Serves a poem: sends the whole of it on connect, and closes.')
  .argument('<file>', 'the poem')
  .option('--port <port>', 'the port to listen on; 0 is any free one', wholeNumber(0, 65_535), 0)
  .option('--iface <host>', 'the interface to listen on', interfaceName, 'localhost');

await runProgram('fastpoetry', async () => {
  readArguments(command);
  const [file = ''] = command.args;
  const { port, iface } = command.opts<Options>();
  const poem = await readPoem(file);
  await serveUntilStopped(reactor, async () => {
    const options = { interface: iface, maxWriteBufferBytes: writeBufferFor(poem) };
    const listening = await reactor.listenTCP(port, new FastPoetryFactory(poem), options);
    say(`Serving ${file} on ${listening.getHost()}.`);
  });
  return 0;
});
