// Echo: sends back everything that arrives.
// Try it: nc 127.0.0.1 8007

import { Factory, Protocol, reactor } from 'couplet';

export class Echo extends Protocol {
  override async dataReceived(data: Buffer) {
    this.transport.write(data);
    await this.transport.drained(); // reads on only when the peer has taken the echo
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8007), Factory.forProtocol(Echo), {
    interface: '127.0.0.1',
  });
  console.log(`Echo on ${port.getHost().authority}`);
  await reactor.run();
}
