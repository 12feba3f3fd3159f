import { reactor } from 'couplet';
import { TransformFactory } from '../protocols/transform-protocol.ts';
import { TransformService } from '../protocols/transform-service.ts';
import { complain, say } from './output.ts';
import { readArguments, runProgram } from './program.ts';
import { openPorts, placeOf, serverCommandLine, serverEndpoints, serveUntilStopped } from './server.ts';

/** What a client that does not read may make the server hold: an answer, and room to spare. */
const MOST_UNREAD = 2 ** 20;

const service = new TransformService();
const command = serverCommandLine('transformedpoetry', 'Transforms poems: netstrings in, netstrings out.').addHelpText(
  'after',
  `\nA request is the netstring of NAME.POEM, such as '19:cummingsify.A Poem.,', of 99,999 bytes at\nmost; the answer is the netstring of the poem, transformed: '7:a poem.,'. Both are UTF-8. NAME is one\nof: ${service.names.join(', ')}. A request that has no answer closes the connection, after the\nanswers to those before it, and is told on standard error.`,
);

await runProgram('transformedpoetry', async () => {
  readArguments(command);
  const endpoints = serverEndpoints(reactor, command);
  const factory = new TransformFactory(service, (what) => complain(`transformedpoetry: ${what}`));
  await serveUntilStopped(reactor, () =>
    openPorts(reactor, endpoints, factory, { maxWriteBufferBytes: MOST_UNREAD }, (host) =>
      say(`Serving transformed poetry on ${placeOf(host)}.`),
    ),
  );
  return 0;
});
