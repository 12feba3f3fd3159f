import type { Factory, ListeningPort, Reactor } from 'couplet';

/** The number of a TCP port. */
export function numberOf(port: ListeningPort): number {
  const host = port.getHost();
  if (!('port' in host)) throw new Error(`the port listens on ${host}, not on a TCP address`);
  return host.port;
}

/** The path of a UNIX port. */
export function pathOf(port: ListeningPort): string {
  const host = port.getHost();
  if (host.family !== 'UNIX') throw new Error(`the port listens on ${host}, not on the path of a UNIX socket`);
  return host.path;
}

/** Listens once more where that port is, or was. */
export function listenAgain(reactor: Reactor, port: ListeningPort, factory: Factory): Promise<ListeningPort> {
  const host = port.getHost();
  return 'port' in host
    ? reactor.listenTCP(host.port, factory, { interface: host.host })
    : reactor.listenUNIX(pathOf(port), factory);
}
