import { Protocol } from 'couplet';
import { Echo, TextLineReceiver } from 'couplet/protocols';

const poem = 'x'.repeat(2_000_000);

// #region lines
export class Greet extends TextLineReceiver {
  override delimiter = '\n';
  override lineReceived(name: string) {
    this.sendLine(`hello ${name}`);
  }
}
// #endregion lines

// #region errors
export class Again extends Echo {} // a reset ends this connection, and is told to connectionLost
// #endregion errors

// #region memory
export class Send extends Protocol {
  override async connectionMade() {
    for (let times = 0; times < 10; times += 1) {
      this.transport.write(poem);
      if (!(await this.transport.drained())) return; // the peer has gone
    }
    this.transport.loseConnection();
  }
}
// #endregion memory

// #region answer
export class Count extends Protocol {
  readonly #look: () => Promise<string>;
  constructor(look: () => Promise<string>) {
    super();
    this.#look = look;
  }
  override async readConnectionLost() {
    this.transport.write(await this.#look());
    this.transport.loseConnection();
  }
}
// #endregion answer
