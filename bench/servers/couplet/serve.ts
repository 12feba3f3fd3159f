import process from 'node:process';
import { type Factory, Reactor, type ServerTLS, reactor as standard } from 'couplet';
import { NodeBackend } from 'couplet/node';

/** Listens on 127.0.0.1, through TLS where it is given, prints the port and runs. */
export async function serve(factory: Factory, options: { readonly tls?: ServerTLS } = {}): Promise<void> {
  const { COUPLET_BENCH_BACKEND: backend } = process.env;
  // On other runtimes than Node it is not the standard one.
  const reactor = backend === 'node' ? new Reactor(new NodeBackend()) : standard;
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1', ...options });
  const address = port.getHost();
  console.log('port' in address ? address.port : 0);
  await reactor.run();
}
