import { reactor } from 'couplet';
import { examples, readArguments, runProgram } from '../command-line/program.ts';
import {
  MOST_UNREAD,
  openPorts,
  placeOf,
  serverCommandLine,
  serverEndpoints,
  serveUntilStopped,
} from '../command-line/server.ts';
import { TransformFactory } from '../protocols/transform-protocol.ts';
import { TransformService } from '../protocols/transform-service.ts';
import { complain, say } from '../terminal/output.ts';

const service = new TransformService();
const command = serverCommandLine('transformedpoetry', 'Transforms poems: netstrings in, netstrings out.')
  .addHelpText(
    'after',
    `\nA request is the netstring of NAME.POEM, such as '19:cummingsify.A Poem.,', of\nat most 99,999 bytes; the answer is the netstring of the poem, transformed:\n'7:a poem.,'. Both are UTF-8. NAME is one of: ${service.names.join(', ')}.\nA request that has no answer closes the connection, after the answers to the\nrequests before it, and is reported on standard error.`,
  )
  .addHelpText(
    'after',
    examples('transformedpoetry', ['--port 10005', 'on localhost'], ['--iface ::1', 'on any free port of IPv6']),
  );

await runProgram('transformedpoetry', async () => {
  readArguments(command);
  const endpoints = serverEndpoints(reactor, command);
  const factory = new TransformFactory(service, (what) => complain(`transformedpoetry: ${what}`));
  await serveUntilStopped(reactor, command, () =>
    openPorts(reactor, endpoints, factory, { maxWriteBufferBytes: MOST_UNREAD }, (host) =>
      say(`Serving transformed poetry on ${placeOf(host)}.`),
    ),
  );
  return 0;
});
