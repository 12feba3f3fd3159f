// Exercise 4, solved: a protocol knows whether it was counted, and takes back only what it has added.

import { Factory, Protocol } from 'couplet';

export class Welcome extends Protocol<WelcomeFactory> {
  #counted = false;

  override connectionMade() {
    if (this.factory.clients >= this.factory.max) {
      this.transport.write('Too many connections, try later\n');
      this.transport.loseConnection();
      return;
    }
    this.factory.clients += 1;
    this.#counted = true;
    this.transport.write(`welcome! there are ${this.factory.clients} of you.\n`);
  }

  override connectionLost() {
    if (this.#counted) this.factory.clients -= 1;
  }
}

export class WelcomeFactory extends Factory {
  override protocol = Welcome;
  readonly max = 100;
  clients = 0;
}
