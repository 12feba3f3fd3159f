import { Factory, Protocol } from 'couplet';
import { CommandParser } from '../command-parser.ts';
import { serve } from '../couplet/serve.ts';

class Store extends Protocol {
  readonly #parser = new CommandParser();

  override dataReceived(data: Buffer): void {
    const answers = this.#parser.push(data);
    if (answers !== undefined) this.transport.write(answers);
  }
}

await serve(Factory.forProtocol(Store));
