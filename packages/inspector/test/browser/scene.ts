import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  type DelayedCall,
  Factory,
  type ListeningPort,
  type Producer,
  Protocol,
  reactor as processReactor,
  type Reactor,
} from 'couplet';
import { limitConnections } from 'couplet/policies';
import { TextLineReceiver } from 'couplet/protocols';
import { type Inspector, type InspectorOptions, serveInspector } from 'couplet-inspector';

const ROOT = new URL('../../../../', import.meta.url).href;

/** How long a line holds the loop that says so. */
export const HELD_MS = 400;

/** The milliseconds between two pieces of a poem, of one client after the other. */
const DELAYS = [100, 240, 350] as const;

/** A poem, a piece at a time. */
export class SlowPoetry extends Protocol {
  #sent = 0;
  #delay = 100;

  override connectionMade() {
    const { factory } = this;
    if (factory instanceof SlowPoetryFactory) this.#delay = DELAYS[factory.made++ % DELAYS.length] ?? this.#delay;
    this.#next();
  }

  /** What an inspector shows of it. */
  override describe() {
    return { line: Math.floor(this.#sent / 40) + 1 };
  }

  #next(): void {
    this.transport.clock.callLater(this.#delay, () => {
      if (this.transport.disconnecting) return;
      this.#sent += 12;
      this.transport.write('O wild west ');
      this.#next();
    });
  }
}

/** Answers in capitals; the line `block` holds the loop, as no callback should. */
export class Shout extends TextLineReceiver {
  override lineReceived(line: string) {
    if (line === 'block') block(HELD_MS);
    if (line === 'throw') throw complaint();
    this.sendLine(line.toUpperCase());
  }
}

const VERSES = Buffer.alloc(16_384, 'verse ');

/** Writes as much as its peer takes. */
export class Ballad extends Protocol implements Producer {
  #next: DelayedCall | undefined;

  override connectionMade() {
    this.transport.registerProducer(this, true);
    this.resumeProducing();
  }

  /** A piece in each turn: a loop until the queue is full would hold everything else. */
  resumeProducing() {
    this.#next = this.transport.clock.callLater(0, () => {
      this.resumeProducing();
      this.transport.write(VERSES);
    });
  }

  pauseProducing() {
    this.#next?.cancel();
  }

  stopProducing() {
    this.#next?.cancel();
  }
}

/** Gives each poem its pace. */
export class SlowPoetryFactory extends Factory {
  override protocol = SlowPoetry;
  /** How many there were. */
  made = 0;
}

class ShoutFactory extends Factory {
  override protocol = Shout;
}

class BalladFactory extends Factory {
  override protocol = Ballad;
}

/** A reactor with three servers, and its inspector. */
export class Scene implements AsyncDisposable {
  readonly reactor: Reactor = processReactor.sibling();
  readonly #clients: (Socket | ChildProcess)[] = [];
  readonly #ended: Promise<void>;
  #inspector: Inspector | undefined;

  /** Begins, and resolves once the inspector listens. */
  static async begin(): Promise<Scene> {
    const scene = new Scene();
    await scene.inspect();
    return scene;
  }

  constructor() {
    this.#ended = this.reactor.run({ signals: false, stopLingerMs: 0 });
  }

  /** Serves the inspector. */
  async inspect(options: InspectorOptions = {}): Promise<void> {
    this.#inspector = await serveInspector(this.reactor, options);
  }

  /** The address of its page. */
  get url(): string {
    return this.#inspector?.url ?? '';
  }

  /** Listens for one kind of clients, at most `max` of them. */
  listen(kind: 'poetry' | 'shout' | 'ballad', max = 100): Promise<ListeningPort> {
    const factory = { poetry: new SlowPoetryFactory(), shout: new ShoutFactory(), ballad: new BalladFactory() }[kind];
    return this.reactor.listenTCP(0, limitConnections(factory, { max }), { interface: '127.0.0.1' });
  }

  /** A client that reads, unless `slow`. */
  async client(port: ListeningPort, slow = false): Promise<Socket> {
    const socket = connect(portOf(port), '127.0.0.1');
    this.#clients.push(socket);
    socket.on('error', () => {});
    if (slow) socket.pause();
    else socket.resume();
    await once(socket, 'connect');
    return socket;
  }

  /** A client of somebody with a terminal. */
  netcat(port: ListeningPort): ChildProcess {
    const client = spawn('nc', ['127.0.0.1', String(portOf(port))], { stdio: ['pipe', 'ignore', 'inherit'] });
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) 'destroy' in client ? client.destroy() : client.kill();
    this.reactor.stop();
    await this.#ended;
    await this.#inspector?.close();
  }
}

/** The number of a port that listens on TCP. */
export function portOf(port: ListeningPort): number {
  const address = port.getHost();
  return 'port' in address ? address.port : 0;
}

/** An error whose stack does not say where the sources of this machine are. */
function complaint(): Error {
  const error = new RangeError('no line like <script>alert(1)</script> is known');
  error.stack = error.stack?.replaceAll(ROOT, 'file:///srv/') ?? '';
  return error;
}

/** Holds the thread. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
