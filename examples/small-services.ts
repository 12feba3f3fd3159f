// The small standard services of the internet's first years, a port each, all in one process.
// Try it: nc 127.0.0.1 8041 (echo), 8042 (discard), 8043 (quote of the day), 8044 (daytime), 8045 (chargen); the time of 8046 is a
// number: nc 127.0.0.1 8046 </dev/null | od -A n -t u4 --endian=big

import { Factory, reactor } from 'couplet';
import { Chargen, Daytime, Discard, Echo, QOTDFactory, Time } from 'couplet/protocols';

const QUOTES = [
  'Well begun is half done.\n(a proverb)',
  'Festina lente: make haste slowly.\n(Augustus)',
  'Brevity is the soul of wit.\n(Shakespeare, Hamlet)',
];

/** Opens a port for each service, one after the other from the first; 0 picks free ones. */
export function listenAll(first: number) {
  const services = [
    Factory.forProtocol(Echo),
    Factory.forProtocol(Discard),
    new QOTDFactory(QUOTES),
    Factory.forProtocol(Daytime),
    Factory.forProtocol(Chargen),
    Factory.forProtocol(Time),
  ];
  return Promise.all(
    services.map((service, index) =>
      reactor.listenTCP(first === 0 ? 0 : first + index, service, { interface: '127.0.0.1' }),
    ),
  );
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const ports = await listenAll(Number(process.argv[2] ?? 8041));
  console.log(`Small services on ${ports.map((port) => port.getHost().authority).join(', ')}`);
  await reactor.run();
}
