import { type Factory, reactor, type ServerTLS } from 'couplet';

/** Listens on 127.0.0.1, through TLS where it is given, prints the port and runs. */
export async function serve(factory: Factory, options: { readonly tls?: ServerTLS } = {}): Promise<void> {
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1', ...options });
  const address = port.getHost();
  console.log('port' in address ? address.port : 0);
  await reactor.run();
}
