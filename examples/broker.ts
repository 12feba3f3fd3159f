// A broker of messages: MQTT 3.1.1 with QoS 0 and 1, wildcards, retained messages and wills; the wire format is in mqtt.ts. A session ends
// with its connection. A client that reads slowly misses messages of QoS 0, and is cut off in the end: the others never wait.
// Try it: mosquitto_sub -p 8026 -t 'poems/#' -v, then in another terminal: mosquitto_pub -p 8026 -t poems/one -m verse -q 1

import { Factory, reactor } from 'couplet';
import { FramingError } from 'couplet/framing';
import { limitConnections, timeoutMessage } from 'couplet/policies';
import { FrameReceiver, TimeoutMixin } from 'couplet/protocols';
import { type Message, Outgoing, type Packet, packets, type QoS } from './mqtt.ts';

/** The most filters of a client. */
const MAX_FILTERS = 100;
/** The most messages that a client may leave unacknowledged: then it is too slow. */
const MAX_UNACKNOWLEDGED = 10_000;
const MAX_RETAINED_BYTES = 10_000_000;

/** One client. */
export class Session extends TimeoutMixin(FrameReceiver<Packet, BrokerFactory>) {
  readonly decoder = packets();
  /** What the client calls itself; undefined before CONNECT. */
  clientId: string | undefined;
  readonly #filters = new Set<string>();
  #will: Message | undefined;
  /** The ids of messages that the client has not acknowledged, and the last one. */
  readonly #unacknowledged = new Set<number>();
  #lastId = 0;
  #slow = false;
  #draining = false;
  #left = false;

  override connectionMade() {
    this.setTimeout(this.factory.connectTimeoutMs);
    this.transport.setTcpKeepAlive(true, 60_000); // for clients that do not ask for a deadline
  }

  override frameReceived(packet: Packet) {
    if (this.#left) return; // what arrived before a reset may come after `leaving`, and would enter it again
    this.resetTimeout();
    if ((packet.type === 'connect') === (this.clientId !== undefined))
      this.#fail('CONNECT is the first packet, and no other one');
    else this.#do(packet);
    this.#closeIfDone();
  }

  override leaving() {
    this.#left = true;
    this.factory.leave(this, this.#filters);
    if (this.#will !== undefined && !this.#draining) this.factory.publish(this.#will);
  }

  override draining() {
    this.#draining = true;
    this.#closeIfDone();
  }

  /** Sends a message, of at most the QoS that was granted. */
  send(message: Outgoing, qos: QoS): void {
    if (qos === 0 && this.#slow) return;
    let id = 0;
    if (qos === 1) {
      // One event can bring more before it leaves: without this return no id would be free in the end.
      if (this.#unacknowledged.size === MAX_UNACKNOWLEDGED) {
        this.#fail('too many messages are not acknowledged');
        return;
      }
      do this.#lastId = (this.#lastId % 65_535) + 1;
      while (this.#unacknowledged.has(this.#lastId));
      id = this.#lastId;
      this.#unacknowledged.add(id);
    }
    if (message.writeTo(this.transport, id) || this.#slow) return;
    this.#slow = true;
    void this.transport.drained().then(() => {
      this.#slow = false;
    });
  }

  #do(packet: Packet): void {
    const { transport, factory } = this;
    switch (packet.type) {
      case 'connect':
        this.#connect(packet);
        break;
      case 'publish':
        factory.publish(packet.message);
        if (packet.id > 0) transport.write(Buffer.of(0x40, 2, packet.id >> 8, packet.id & 255));
        break;
      case 'acknowledge':
        this.#unacknowledged.delete(packet.id);
        break;
      case 'subscribe': {
        const codes = packet.filters.map(([filter, qos]) => this.#subscribe(filter, qos));
        transport.write(Buffer.of(0x90, 2 + codes.length, packet.id >> 8, packet.id & 255, ...codes));
        for (const [at, [filter, qos]] of packet.filters.entries())
          if (codes[at] === qos) factory.sendRetained(this, filter, qos);
        break;
      }
      case 'unsubscribe':
        for (const filter of packet.filters) if (this.#filters.delete(filter)) factory.unsubscribe(this, filter);
        transport.write(Buffer.of(0xb0, 2, packet.id >> 8, packet.id & 255));
        break;
      case 'ping':
        transport.write(Buffer.of(0xd0, 0));
        break;
      case 'disconnect':
        this.#will = undefined;
        transport.loseConnection();
    }
  }

  #connect({ clientId, version, clean, keepAlive, will }: Packet & { type: 'connect' }): void {
    const refusal = version !== 4 ? 1 : clientId === '' && !clean ? 2 : 0;
    this.transport.write(Buffer.of(0x20, 2, 0, refusal));
    if (refusal > 0) {
      this.transport.loseConnection();
      return;
    }
    this.#will = will;
    this.clientId = clientId === '' ? this.factory.newId() : clientId;
    this.factory.enter(this, this.clientId);
    this.setTimeout(keepAlive === 0 ? null : keepAlive * 1500);
  }

  #subscribe(filter: string, qos: QoS): number {
    if (this.#filters.size === MAX_FILTERS && !this.#filters.has(filter)) return 0x80;
    this.#filters.add(filter);
    this.factory.subscribe(this, filter, qos);
    return qos;
  }

  /** While the port drains, a connection ends once all is acknowledged, in both directions. */
  #closeIfDone(): void {
    if (this.#draining && this.heldBytes === 0 && this.#unacknowledged.size === 0) this.transport.loseConnection();
  }

  /** MQTT has no words for what is wrong: the connection ends. */
  #fail(why: string): void {
    this.transport.abortConnection(new FramingError(`MQTT: ${why}`));
  }
}

/** A level of the filters: the levels below it, and the subscribers whose filters end here. */
class Level {
  readonly below = new Map<string, Level>();
  readonly subscribers = new Map<Session, QoS>();
}

export class BrokerFactory extends Factory {
  override protocol = Session;
  connectTimeoutMs = 10_000;
  readonly #sessions = new Map<string, Session>();
  readonly #filters = new Level();
  readonly #retained = new Map<string, Message>();
  #retainedBytes = 0;
  #ids = 0;

  newId(): string {
    this.#ids += 1;
    return `client-${this.#ids}`;
  }

  /** A client of the same name ends: it has connected again. */
  enter(session: Session, clientId: string): void {
    this.#sessions.get(clientId)?.transport.loseConnection();
    this.#sessions.set(clientId, session);
  }

  leave(session: Session, filters: Iterable<string>): void {
    for (const filter of filters) this.unsubscribe(session, filter);
    const { clientId } = session;
    if (clientId !== undefined && this.#sessions.get(clientId) === session) this.#sessions.delete(clientId);
  }

  subscribe(session: Session, filter: string, qos: QoS): void {
    let level = this.#filters;
    for (const name of filter.split('/')) {
      const below = level.below.get(name) ?? new Level();
      level.below.set(name, below);
      level = below;
    }
    level.subscribers.set(session, qos);
  }

  unsubscribe(session: Session, filter: string): void {
    remove(this.#filters, filter.split('/'), session);
  }

  publish(message: Message): void {
    if (message.retain) this.#retain(message);
    const found = new Map<Session, QoS>();
    find(this.#filters, message.topic.split('/'), 0, found);
    const outgoing = new Outgoing(message);
    for (const [session, qos] of found) session.send(outgoing, message.qos === 0 ? 0 : qos);
  }

  sendRetained(session: Session, filter: string, qos: QoS): void {
    const levels = filter.split('/');
    for (const message of this.#retained.values())
      if (matches(levels, message.topic.split('/')))
        session.send(new Outgoing(message, true), message.qos === 0 ? 0 : qos);
  }

  /** Keeps the last message of a topic, as far as there is room; an empty one takes it away. */
  #retain(message: Message): void {
    const { topic, payload } = message;
    const old = this.#retained.get(topic);
    if (old !== undefined) this.#retainedBytes -= sizeOf(old);
    this.#retained.delete(topic);
    if (payload.length === 0 || this.#retainedBytes + sizeOf(message) > MAX_RETAINED_BYTES) return;
    this.#retainedBytes += sizeOf(message);
    this.#retained.set(topic, { ...message, payload: Buffer.from(payload) }); // a copy, and not a part of a chunk
  }
}

const sizeOf = ({ topic, payload }: Message) => 200 + 2 * topic.length + payload.length;

/** Wildcards at the beginning of a filter do not stand for what begins with `$`. */
const hidden = (levels: readonly string[], at: number) => at === 0 && levels[0]?.startsWith('$') === true;

/** Finds the sessions that have a filter for a topic; of several filters the highest QoS counts. */
function find(level: Level, topic: readonly string[], at: number, found: Map<Session, QoS>): void {
  const take = ({ subscribers }: Level) => {
    for (const [session, qos] of subscribers) if (found.get(session) !== 1) found.set(session, qos);
  };
  const all = hidden(topic, at) ? undefined : level.below.get('#');
  if (all !== undefined) take(all);
  const name = topic[at];
  if (name === undefined) {
    take(level);
    return;
  }
  for (const below of [level.below.get(name), hidden(topic, at) ? undefined : level.below.get('+')])
    if (below !== undefined) find(below, topic, at + 1, found);
}

function matches(filter: readonly string[], topic: readonly string[]): boolean {
  for (const [at, name] of filter.entries()) {
    if ((name === '#' || name === '+') && hidden(topic, at)) return false;
    if (name === '#') return true;
    if (at >= topic.length || (name !== '+' && name !== topic[at])) return false;
  }
  return filter.length === topic.length;
}

/** Takes a subscriber away, and levels without one. */
function remove(level: Level, [name, ...rest]: readonly string[], session: Session): void {
  if (name === undefined) level.subscribers.delete(session);
  const below = name === undefined ? undefined : level.below.get(name);
  if (name === undefined || below === undefined) return;
  remove(below, rest, session);
  if (below.below.size === 0 && below.subscribers.size === 0) level.below.delete(name);
}

/** The broker with the limits and deadlines that a server on a network needs. */
export function guardedBroker(factory: BrokerFactory, { max = 1000, messageTimeoutMs = 10_000 } = {}) {
  return limitConnections(timeoutMessage(factory, { messageTimeoutMs }), { max });
}

/** A client for which more than this waits unsent is cut off. */
export const MAX_UNSENT = { maxWriteBufferBytes: 1_000_000 };

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const factory = guardedBroker(new BrokerFactory());
  const options = { interface: '127.0.0.1', ...MAX_UNSENT };
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8026), factory, options);
  console.log(`Broker on ${port.getHost().authority}`);
  await reactor.run({ drainTimeoutMs: 5000 });
}
