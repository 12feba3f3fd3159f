// Echo, unchanged, on every endpoint that the command line names: TCP, TLS, UNIX sockets, sockets of systemd, a pipe ...
// Try it: ... examples/anywhere.ts tcp:8007 unix:echo.sock, then nc 127.0.0.1 8007 and nc -U echo.sock
// With a certificate: tls:8443:cert=cert.pem:key=key.pem; on SIGHUP it is read again.

import { EndpointSyntaxError, Factory, reactor } from 'couplet';
import { serverFromString } from 'couplet/endpoints';
import { Echo } from './echo.ts';

/** Serves the factory on each of these endpoints, and stops the reactor when the last one has closed. Rejects like `listen`. */
export async function listenAnywhere(factory: Factory, descriptions: readonly string[]) {
  const endpoints = descriptions.map((text) => serverFromString(reactor, text)); // a wrong one is found before any is open
  let left = endpoints.length;
  reactor.observe({
    stoppedListening: () => {
      left -= 1;
      if (left === 0) reactor.stop();
    },
  });
  return Promise.all(endpoints.map((endpoint) => endpoint.listen(factory)));
}

function messageOf(error: unknown) {
  return error instanceof Error ? error.message : String(error);
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const descriptions = process.argv.length > 2 ? process.argv.slice(2) : ['tcp:8007:interface=127.0.0.1'];
  const tell = descriptions.some((text) => /^stdio\b/.test(text)) ? console.error : console.log; // output may be a connection
  const running = reactor.run();
  try {
    const ports = await listenAnywhere(Factory.forProtocol(Echo), descriptions);
    for (const [index, port] of ports.entries()) tell(`Echo on ${port.getHost().authority} (${descriptions[index]})`);
    process.on('SIGHUP', async () => {
      try {
        await Promise.all(ports.map((port) => port.reload()));
        tell('certificates read again');
      } catch (error) {
        console.error(`a certificate stays as it was: ${messageOf(error)}`);
      }
    });
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = error instanceof EndpointSyntaxError ? 2 : 1;
    if (reactor.running) reactor.stop();
  }
  await running;
}
