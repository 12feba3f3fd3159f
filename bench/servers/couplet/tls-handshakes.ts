import { Factory, Protocol, ServerTLS } from 'couplet';
import { serve } from './serve.ts';

const [size, cert = '', key = ''] = process.argv.slice(2);
const answer = Buffer.alloc(Number(size), 'x');

class Answer extends Protocol {
  override connectionMade(): void {
    this.transport.write(answer);
    this.transport.loseConnection();
  }
}

await serve(Factory.forProtocol(Answer), { tls: new ServerTLS({ cert, key }) });
