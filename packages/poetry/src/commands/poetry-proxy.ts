import { reactor } from 'couplet';
import { checkPoem, download, failureAt, MOST_BYTES } from '../download/download.ts';
import { ProxyFactory } from '../protocols/cached-poem.ts';
import { PoemCache } from '../protocols/poem-cache.ts';
import { someSeconds } from './option.ts';
import { complain, say } from './output.ts';
import { checkEndpoint, poetryAddress } from './poetry-address.ts';
import { readArguments, runProgram } from './program.ts';
import { openPorts, placeOf, serverCommandLine, serverEndpoints, serveUntilStopped } from './server.ts';

interface PoetryProxyOptions {
  readonly timeout: number;
}

const command = serverCommandLine(
  'poetry-proxy',
  'Fetches a poem once, when it is first wanted, and serves it from memory.',
)
  .argument(
    '<address>',
    'port, :port, host:port, [ipv6]:port or an endpoint string; the host is 127.0.0.1 unless given',
  )
  .option('--timeout <seconds>', 'how long a fetch may take, connecting included', someSeconds, 300)
  .addHelpText(
    'after',
    '\nA fetch that fails is told on standard error, once; its clients are sent nothing, and the next\nclient begins another one. A fetch that nobody waits for any more is cancelled. A client that ends\nits side (nc -N) cannot be told from one that has left: it gets the poem if it is there, or if\nanother client waits for it.',
  );

await runProgram('poetry-proxy', async () => {
  readArguments(command);
  const [text = ''] = command.args;
  const { timeout } = command.opts<PoetryProxyOptions>();
  const endpoints = serverEndpoints(reactor, command);
  const address = poetryAddress(text);
  checkEndpoint(address.endpoint);
  let stopping = false;
  reactor.addSystemEventTrigger('during', 'shutdown', () => {
    stopping = true;
  });
  const cache = new PoemCache(async (signal) => {
    try {
      const limits = { maxBytes: MOST_BYTES, timeoutSeconds: timeout, signal };
      const poem = await download(reactor, address.endpoint, limits, () => {});
      checkPoem(poem.length);
      return poem;
    } catch (error) {
      if (!(signal.aborted || stopping)) complain(`poetry-proxy: ${failureAt(address, error)}`);
      throw error;
    }
  });
  const options = { maxWriteBufferBytes: MOST_BYTES };
  await serveUntilStopped(reactor, () =>
    openPorts(reactor, endpoints, new ProxyFactory(cache), options, (host) =>
      say(`Serving the poem of ${address.name} on ${placeOf(host)}.`),
    ),
  );
  return 0;
});
