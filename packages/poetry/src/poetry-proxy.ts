import { reactor } from 'couplet';
import { checkPoem, download, failureAt } from './download.ts';
import { interfaceName, someSeconds, wholeNumber } from './option.ts';
import { complain, say } from './output.ts';
import { PoemCache } from './poem-cache.ts';
import { checkEndpoint, poetryAddress } from './poetry-address.ts';
import { commandLine, readArguments, runProgram } from './program.ts';
import { ProxyFactory } from './proxy-protocol.ts';
import { portOf, serveUntilStopped } from './server.ts';

interface Options {
  readonly port: number;
  readonly iface: string;
  readonly timeout?: number;
}

/** How long a poem may be. */
const MOST_BYTES = 64 * 2 ** 20;

const command = commandLine('poetry-proxy', 'Fetches a poem once, when it is first wanted, and serves it from memory.')
  .argument(
    '<address>',
    'port, :port, host:port, [ipv6]:port or an endpoint string; the host is 127.0.0.1 unless given',
  )
  .option('--port <port>', 'the port to listen on; 0 is any free one', wholeNumber(0, 65_535), 0)
  .option('--iface <host>', 'the interface to listen on', interfaceName, 'localhost')
  .option('--timeout <seconds>', 'how long a fetch may take; unless set, connecting may take 30 s', someSeconds)
  .addHelpText(
    'after',
    '\nA fetch that fails is said on standard error, once; its clients are reset, and the next client\nbegins another one. A client that leaves before the poem is there, or only ends its side, does not\nget it; a fetch that nobody waits for any more is cancelled.',
  );

await runProgram('poetry-proxy', async () => {
  readArguments(command);
  const [text = ''] = command.args;
  const { port, iface, timeout = Number.POSITIVE_INFINITY } = command.opts<Options>();
  const address = poetryAddress(text);
  checkEndpoint(address.endpoint);
  const cache = new PoemCache(async (signal) => {
    try {
      const limits = { maxBytes: MOST_BYTES, timeoutSeconds: timeout, signal };
      const poem = await download(reactor, address.endpoint, limits, () => {});
      checkPoem(poem.length);
      return poem;
    } catch (error) {
      if (!signal.aborted) complain(`poetry-proxy: ${failureAt(address, error)}`);
      throw error;
    }
  });
  await serveUntilStopped(reactor, async () => {
    const options = { interface: iface, maxWriteBufferBytes: MOST_BYTES };
    const listening = await reactor.listenTCP(port, new ProxyFactory(cache), options);
    say(`Serving the poem of ${address.name} on port ${portOf(listening.getHost())}.`);
  });
  return 0;
});
