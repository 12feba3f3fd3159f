import type { ListeningPort } from 'couplet';
import { ClientFactory, Factory, Protocol } from 'couplet';
import type { Check } from '../check.ts';
import { expect } from '../check.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { Suite } from '../suite.ts';
import { clientTLS, serverTLS } from './tls.ts';

/** A type, a version and 16 bits for the length of what follows. */
const RECORD_HEADER = 5;
const NOTHING: Buffer = Buffer.alloc(0);
/** The most places at which a hello is cut: at each byte if it is that short, and otherwise at that number of places. */
const PLACES = 48;
/** The server says so in clear when it has turned to TLS. */
const CONSENT = '!';
/** What is said over TLS, and answered. */
const WORD = 'word';

/** Where the first bytes of a handshake are cut: how many `startTLS` finds unread, how many are held; the rest is still on the wire. */
interface Cut {
  readonly unread: number;
  readonly held: number;
}

/** R37: where the first bytes of a handshake may be when it begins. Empty if the backend under test has no TLS. */
export function helloChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  if (underTest.tls === undefined) return [];
  suite.add(
    'R37 a ClientHello is read in order, wherever it is cut between unread, held and the wire',
    async (stage) => {
      const length = await shake(stage, { unread: 0, held: 0 });
      for (const at of placesOf(length)) {
        const cuts = [
          { unread: at, held: 0 },
          { unread: 0, held: at },
          { unread: at, held: length - at },
          { unread: at >> 1, held: at - (at >> 1) },
        ];
        for (const cut of cuts) await shake(stage, cut);
      }
    },
  );
  return suite.checks;
}

function placesOf(length: number): number[] {
  const step = Math.ceil(length / PLACES);
  return Array.from({ length: Math.floor(length / step) }, (_, index) => step * (index + 1));
}

/** Turns to TLS once it has that number of bytes of the hello, and then sends back what it receives. */
class Server extends Protocol<unknown> {
  readonly #stage: Stage;
  readonly #cut: Cut;
  #hello: Buffer = NOTHING;

  constructor(stage: Stage, cut: Cut) {
    super();
    this.#stage = stage;
    this.#cut = cut;
  }

  override connectionMade(): void {
    this.#turn();
  }

  override dataReceived(data: Buffer): void {
    if (this.transport.tls !== undefined) this.transport.write(data);
    else {
      this.#hello = Buffer.concat([this.#hello, data]);
      this.#turn();
    }
  }

  override takeUnread(): Buffer {
    return this.#hello.subarray(this.#cut.unread);
  }

  #turn(): void {
    const { unread, held } = this.#cut;
    if (this.#hello.length < Math.min(unread + held, lengthOf(this.#hello))) return;
    this.transport.write(CONSENT);
    this.transport.startTLS(serverTLS(this.#stage), this.#hello.subarray(0, unread));
  }
}

/** Begins a handshake without asking, says something over TLS, and leaves at once when it has heard it. */
class Client extends Protocol<unknown> {
  readonly #stage: Stage;
  heard = '';
  readonly lost: Promise<Error>;
  #lost: (reason: Error) => void = () => {};

  constructor(stage: Stage) {
    super();
    this.#stage = stage;
    this.lost = new Promise((resolve) => {
      this.#lost = resolve;
    });
  }

  override connectionMade(): void {
    this.transport.startTLS(clientTLS(this.#stage));
    this.transport.write(WORD);
  }

  override dataReceived(data: Buffer): void {
    this.heard += data.toString();
    if (this.heard.length >= WORD.length) this.transport.abortConnection();
  }

  override connectionLost(reason: Error): void {
    this.#lost(reason);
  }
}

/** A relay between both: passes on the first bytes of the client, and the rest when the server has turned to TLS. */
class Relay {
  /** How many bytes the client had sent when the server first answered over TLS. */
  hello = 0;
  readonly front: End = new End();
  readonly back: End = new End();
  #waiting: Buffer = NOTHING;
  #turned = false;

  constructor(first: number) {
    const { front, back } = this;
    let sent = 0;
    front.hears = (data) => {
      sent += data.length;
      this.#waiting = Buffer.concat([this.#waiting, data]);
      this.#pass(back, first - sent + this.#waiting.length);
    };
    back.hears = (data) => {
      const rest = this.#turned ? data : data.subarray(CONSENT.length);
      this.#turned = true;
      if (rest.length > 0 && this.hello === 0) this.hello = sent;
      if (rest.length > 0) front.transport.write(rest);
      this.#pass(back, 0);
    };
    front.ends = () => back.transport.loseConnection();
    back.ends = () => front.transport.loseConnection();
  }

  /** Passes on what waits: all of it once the server has turned, and no more than the first bytes before. */
  #pass(back: End, most: number): void {
    const size = this.#turned ? this.#waiting.length : Math.max(0, Math.min(most, this.#waiting.length));
    back.transport.write(this.#waiting.subarray(0, size));
    this.#waiting = this.#waiting.subarray(size);
  }
}

/** One end of a relay. */
class End extends Protocol<unknown> {
  hears: (data: Buffer) => void = () => {};
  ends: () => void = () => {};

  override dataReceived(data: Buffer): void {
    this.hears(data);
  }

  override connectionLost(): void {
    this.ends();
  }
}

/** How long the first record is (RFC 8446, section 5.1), as soon as its header tells: not every hello is as long as the last. */
function lengthOf(bytes: Buffer): number {
  return bytes.length < RECORD_HEADER
    ? Number.POSITIVE_INFINITY
    : RECORD_HEADER + bytes.readUInt16BE(RECORD_HEADER - 2);
}

/** Has one handshake, cut like that. Resolves to the length of the client's first flight. */
async function shake(stage: Stage, cut: Cut): Promise<number> {
  const relay = new Relay(cut.unread + cut.held);
  const target = await stage.listen(serving(() => new Server(stage, cut)));
  await stage.connect(target, calling(relay.back)).whenConnected();
  const port = await stage.listen(serving(() => relay.front));
  const client = new Client(stage);
  await stage.connect(port, calling(client)).whenConnected();
  const reason = await client.lost;
  const where = `with ${cut.unread} bytes unread and ${cut.held} held`;
  expect(client.heard === WORD, `${where} '${client.heard}' came back, and then ${reason}`);
  await close(target, port);
  return relay.hello;
}

async function close(...ports: readonly ListeningPort[]): Promise<void> {
  for (const port of ports) await port.stopListening();
}

function serving(build: () => Protocol<unknown>): Factory {
  return Object.assign(new Factory(), { buildProtocol: build });
}

function calling(protocol: Protocol<unknown>): ClientFactory {
  return Object.assign(new ClientFactory(), { buildProtocol: () => protocol });
}
