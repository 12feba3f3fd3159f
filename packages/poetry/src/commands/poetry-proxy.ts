import { reactor } from 'couplet';
import { hintFor } from '../command-line/hint.ts';
import { someSeconds } from '../command-line/option.ts';
import { checkEndpoint, poetryAddress } from '../command-line/poetry-address.ts';
import { examples, readArguments, runProgram } from '../command-line/program.ts';
import { openPorts, placeOf, serverCommandLine, serverEndpoints, serveUntilStopped } from '../command-line/server.ts';
import { checkPoem, download, failureAt, MOST_BYTES } from '../download/download.ts';
import { ProxyFactory } from '../protocols/cached-poem.ts';
import { PoemCache } from '../protocols/poem-cache.ts';
import { complain, say } from '../terminal/output.ts';

interface PoetryProxyOptions {
  readonly timeout: number;
}

const command = serverCommandLine(
  'poetry-proxy',
  'Fetches a poem once, at the first request, and serves it from memory.',
)
  .argument(
    '<address>',
    'port, :port, host:port, [ipv6]:port or an endpoint string; the host is 127.0.0.1 unless given',
  )
  .option('--timeout <seconds>', 'the time limit for a fetch, including connecting', someSeconds, 300)
  .addHelpText(
    'after',
    '\nA fetch that fails is reported on standard error, once; its clients get\nnothing, and the next client starts another one. When the last client that\nwaits has left, the fetch is cancelled. A client that ends its side (nc -N)\nlooks the same as one that has left: it gets the poem if it is already there,\nor if another client waits for it.',
  )
  .addHelpText(
    'after',
    examples(
      'poetry-proxy',
      ['--port 10004 10000', 'the poem of port 10000'],
      ['--timeout 30 poetry.example:10000', 'of another host, within 30 s'],
    ),
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
      const poem = await download(reactor, address.endpoint, limits);
      checkPoem(poem.length);
      return poem;
    } catch (error) {
      if (!(signal.aborted || stopping)) complain(`poetry-proxy: ${failureAt(address, error)}`, hintFor(error));
      throw error;
    }
  });
  const options = { maxWriteBufferBytes: MOST_BYTES };
  await serveUntilStopped(reactor, command, () =>
    openPorts(reactor, endpoints, new ProxyFactory(cache), options, (host) =>
      say(`Serving the poem of ${address.name} on ${placeOf(host)}.`),
    ),
  );
  return 0;
});
