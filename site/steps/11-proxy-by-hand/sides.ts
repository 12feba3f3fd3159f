import { Factory, Protocol } from 'couplet';
import type { ClientEndpoint } from 'couplet/endpoints';

// #region side
/** One side of a proxied connection: what arrives here is sent by its peer. */
export class Side extends Protocol {
  peer: Side | undefined;
  begin: () => unknown = () => undefined;

  override async connectionMade() {
    await this.begin();
  }
  join(peer: Side) {
    this.peer = peer;
    this.transport.registerProducer(peer.transport, true);
  }
  override dataReceived(data: Buffer) {
    this.peer?.transport.write(data);
  }
}
// #endregion side

// #region proxy
/** Connects to `endpoint` for each client, with a side of the class `One` at both ends. */
export class Relay extends Factory {
  readonly #endpoint: ClientEndpoint;
  readonly #One: new () => Side;

  constructor(endpoint: ClientEndpoint, One: new () => Side) {
    super();
    this.#endpoint = endpoint;
    this.#One = One;
  }
  override buildProtocol() {
    const near = new this.#One();
    const far = new this.#One();
    near.begin = () => this.#endpoint.connect(far); // until then nothing is read from the client
    far.begin = () => {
      near.join(far);
      far.join(near);
    };
    return near;
  }
}
// #endregion proxy
