// Exercise 4: room for a hundred.
//
// The 101st client gets the line 'Too many connections, try later', and its connection is closed. It is not counted. When all have
// left, the count is 0 again.

import { Factory, Protocol } from 'couplet';

export class Welcome extends Protocol<WelcomeFactory> {
  override connectionMade() {
    this.factory.clients += 1;
    this.transport.write(`welcome! there are ${this.factory.clients} of you.\n`);
  }

  override connectionLost() {
    this.factory.clients -= 1;
  }
}

export class WelcomeFactory extends Factory {
  override protocol = Welcome;
  readonly max = 100;
  clients = 0;
}
