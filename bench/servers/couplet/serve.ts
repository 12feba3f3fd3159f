import process from 'node:process';
import { type Factory, type Observer, reactor, type ServerTLS } from 'couplet';

/** What observers ask for, by the value of `COUPLET_BENCH_OBSERVE`. */
const OBSERVERS: Readonly<Record<string, Observer>> = {
  connections: { connectionMade() {}, connectionLost() {} },
  callbacks: { connectionMade() {}, connectionLost() {}, slowCallback() {} },
};

/** Listens on 127.0.0.1, through TLS where it is given, prints the port and runs. */
export async function serve(factory: Factory, options: { readonly tls?: ServerTLS } = {}): Promise<void> {
  const { COUPLET_BENCH_OBSERVE: asked = '' } = process.env;
  const observer = OBSERVERS[asked];
  if (observer !== undefined) reactor.observe(observer);
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1', ...options });
  const address = port.getHost();
  console.log('port' in address ? address.port : 0);
  await reactor.run();
}
