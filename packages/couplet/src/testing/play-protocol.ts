import { ConnectionAborted } from '../protocol/errors.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import { isThenable, promiseOf } from '../values/thenable.ts';
import { piecesOf } from './cut.ts';
import { Sequence } from './sequence.ts';
import { StringTransport } from './string-transport.ts';

/** The methods of a protocol that `verifyFraming` uses. */
export type FramedProtocol = Pick<Callbacks, 'makeConnection' | 'dataReceived'>;

/** The names of the methods to record: those that get frames, and those that get raw bytes. */
export interface Heard {
  readonly callbacks: readonly string[];
  readonly raw: readonly string[];
}

/** The methods by which a receiver of lines gets raw bytes, and gives some of them back. */
const RAW = 'rawDataReceived';
const LINE_MODE = 'setLineMode';

/** A transport that records what the protocol does to it. */
class NotedTransport extends StringTransport {
  readonly #sequence: Sequence;

  constructor(sequence: Sequence) {
    super();
    this.#sequence = sequence;
  }

  override write(data: Uint8Array | string): boolean {
    const room = super.write(data);
    this.#sequence.join('write', this.value());
    this.clear();
    return room;
  }

  override loseConnection(): void {
    if (!this.disconnecting) this.#sequence.add('loseConnection');
    super.loseConnection();
  }

  override loseWriteConnection(): void {
    if (!this.disconnecting && !this.writeDisconnecting) this.#sequence.add('loseWriteConnection');
    super.loseWriteConnection();
  }

  override abortConnection(reason: Error = new ConnectionAborted()): void {
    if (!this.disconnected) this.#sequence.add('abortConnection', reason);
    super.abortConnection(reason);
  }
}

/**
 * Gives the pieces to a protocol, as a connection would, and lists what its callbacks get and what it does to its transport. A
 * protocol that pauses is resumed before the next piece. This ends when the protocol throws or ends the connection.
 */
export function playProtocol(
  protocol: FramedProtocol,
  stream: Buffer,
  places: readonly number[],
  heard: Heard,
): readonly string[] {
  const sequence = new Sequence();
  const transport = new NotedTransport(sequence);
  for (const name of heard.callbacks) listen(protocol, name, (...values) => sequence.add(name, ...values));
  for (const name of heard.raw) listen(protocol, name, (bytes) => sequence.join(name, bytesOf(name, bytes)));
  if (heard.raw.includes(RAW)) listenToReturns(protocol, sequence);
  try {
    expectNow('connectionMade', protocol.makeConnection(transport));
    for (const piece of piecesOf(stream, places)) {
      resume(transport, stream.length);
      if (transport.disconnecting) break;
      expectNow('dataReceived', protocol.dataReceived(piece));
    }
    resume(transport, stream.length);
  } catch (error) {
    if (error instanceof Misuse) throw error;
    sequence.add('throw', error);
  }
  return sequence.list();
}

/** Thrown for a subject that cannot be verified. */
class Misuse extends TypeError {}

/** Replaces a method of the protocol by one that calls `hear` first. */
function listen(protocol: FramedProtocol, name: string, hear: (...values: unknown[]) => void): void {
  const method: unknown = Reflect.get(protocol, name);
  if (typeof method !== 'function') throw new Misuse(`the protocol has no method ${name}`);
  const value = (...values: unknown[]): unknown => {
    hear(...values);
    return Reflect.apply(method, protocol, values);
  };
  Object.defineProperty(protocol, name, { value, configurable: true, writable: true });
}

/**
 * A receiver of lines may give back a part of the raw bytes that it got (`setLineMode(rest)`). The size of that part depends on
 * how the stream was cut, so it does not count as received.
 */
function listenToReturns(protocol: FramedProtocol, sequence: Sequence): void {
  if (typeof Reflect.get(protocol, LINE_MODE) !== 'function') return;
  let raw = false;
  listen(protocol, RAW, () => {
    raw = true;
  });
  listen(protocol, LINE_MODE, (rest) => {
    // Only the first call gives back raw bytes; later ones add lines of the protocol itself.
    if (raw && rest instanceof Uint8Array) sequence.takeBack(RAW, rest);
    raw = false;
  });
}

function bytesOf(name: string, value: unknown): Uint8Array | string {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  throw new Misuse(`${name} is listed in raw, but was called without bytes`);
}

/** Resumes a protocol that paused. It may pause once more with each byte. */
function resume(transport: StringTransport, length: number): void {
  for (let times = 0; transport.paused && !transport.disconnecting; times += 1) {
    if (times > length) throw new Misuse('the protocol pauses again and again without taking anything');
    transport.resumeProducing();
  }
}

function expectNow(where: string, result: unknown): void {
  if (!isThenable(result)) return;
  promiseOf(result).catch(() => {});
  throw new Misuse(`${where} returned a promise: only a protocol that answers at once can be verified`);
}
