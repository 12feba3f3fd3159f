// One process, one reactor, several ports, each with its own factory.
// Try it: nc 127.0.0.1 8020 (echo), 8021 (greeter), 8022 (words: echo one two | nc -N 127.0.0.1 8022)

import { Factory, reactor } from 'couplet';
import { Echo } from './echo.ts';
import { GreeterFactory } from './greeter.ts';
import { WordCounter } from './half-close.ts';

/** Opens the three ports, one after the other from the first; 0 picks free ones. */
export function listenAll(first: number) {
  const factories = [Factory.forProtocol(Echo), new GreeterFactory(), Factory.forProtocol(WordCounter)];
  return Promise.all(
    factories.map((factory, index) =>
      reactor.listenTCP(first === 0 ? 0 : first + index, factory, { interface: '127.0.0.1' }),
    ),
  );
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const ports = await listenAll(Number(process.argv[2] ?? 8020));
  console.log(`Echo, Greeter and WordCounter on ${ports.map((port) => port.getHost().authority).join(', ')}`);
  await reactor.run();
}
