import { type Factory, reactor } from 'couplet';

/** Listens on 127.0.0.1, prints the port and runs. */
export async function serve(factory: Factory): Promise<void> {
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
  const address = port.getHost();
  console.log('port' in address ? address.port : 0);
  await reactor.run();
}
