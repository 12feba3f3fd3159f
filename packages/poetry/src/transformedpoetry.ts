import { reactor } from 'couplet';
import { interfaceName, wholeNumber } from './option.ts';
import { complain, say } from './output.ts';
import { commandLine, readArguments, runProgram } from './program.ts';
import { portOf, serveUntilStopped } from './server.ts';
import { TransformFactory } from './transform-protocol.ts';
import { TransformService } from './transform-service.ts';

interface Options {
  readonly port: number;
  readonly iface: string;
}

/** What a client that does not read its answers may make the server hold. */
const MOST_UNREAD = 2 ** 20;

const service = new TransformService();
const command = commandLine('transformedpoetry', 'Transforms poems: netstrings in, netstrings out.')
  .option('--port <port>', 'the port to listen on; 0 is any free one', wholeNumber(0, 65_535), 0)
  .option('--iface <host>', 'the interface to listen on', interfaceName, 'localhost')
  .addHelpText(
    'after',
    `\nA request is the netstring of NAME.POEM, such as 20:cummingsify.A Poem.,; the answer is the netstring of the poem,\ntransformed. NAME is one of: ${service.names.join(', ')}.`,
  );

await runProgram('transformedpoetry', async () => {
  readArguments(command);
  const { port, iface } = command.opts<Options>();
  const factory = new TransformFactory(service, (what) => complain(`transformedpoetry: ${what}`));
  await serveUntilStopped(reactor, async () => {
    const options = { interface: iface, maxWriteBufferBytes: MOST_UNREAD };
    const listening = await reactor.listenTCP(port, factory, options);
    say(`Serving transformed poetry on port ${portOf(listening.getHost())}.`);
  });
  return 0;
});
