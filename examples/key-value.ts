// A part of Redis, in memory: commands for strings, over its wire format (RESP, version 2). A generator reads a command as if nothing were
// ever cut. Keys expire, memory is bounded, and a client that does not read its replies is not read either.
// Try it: redis-cli -p 8024 SET poem 'two lines' EX 60; redis-cli -p 8024 TTL poem; redis-benchmark -p 8024 -t set,get,incr -P 50 -q

import { type Clock, type DelayedCall, Factory, reactor } from 'couplet';
import { decoder, FramingError } from 'couplet/framing';
import { limitConnections, timeoutIdle, timeoutMessage } from 'couplet/policies';
import { FrameReceiver } from 'couplet/protocols';

const MAX_WORDS = 1024;
const [LF, STAR, DOLLAR, CRLF] = [0x0a, 0x2a, 0x24, 0x0d0a];

/** A command in its words: `*2`, then `$4` and 4 bytes, and so on. Or a line, as it is typed into `nc`. */
export const commands = () =>
  decoder<Buffer[]>(
    function* (input) {
      const first = yield* input.uint8();
      if (first !== STAR) {
        const line = first === LF ? '' : String.fromCharCode(first) + (yield* input.text('\n', 'latin1'));
        return (line.match(/\S+/g) ?? []).map((word) => Buffer.from(word, 'latin1'));
      }
      const count = yield* input.decimal();
      if (count > MAX_WORDS) throw new FramingError(`a command of more than ${MAX_WORDS} words`);
      const words: Buffer[] = [];
      while (words.length < count) {
        if ((yield* input.uint8()) !== DOLLAR) throw new FramingError("expected '$' before the length of a word");
        words.push(yield* input.bytes(yield* input.decimal()));
        if ((yield* input.uint16()) !== CRLF) throw new FramingError('expected CRLF after a word');
      }
      return words;
    },
    { maxLength: 1_048_576 },
  );

/** A status is a string, a value is bytes; null is a value that is not there. */
type Reply = string | Buffer | number | bigint | null | Error | readonly Reply[];

export class KeyValue extends FrameReceiver<Buffer[], KeyValueFactory> {
  readonly decoder = commands();
  #draining = false;

  frameReceived([first, ...args]: Buffer[]) {
    if (first === undefined) return; // an empty line, or `*0`
    const name = first.toString('latin1').toLowerCase();
    const room = this.#send(run(name, args, this.factory.store));
    if (name === 'quit') this.transport.loseConnection();
    this.#closeIfDone();
    if (!room) return this.transport.drained(); // a client that does not read its replies cannot ask for more
  }

  override framingFailed({ message }: FramingError) {
    this.#send(new Error(`ERR Protocol error: ${message}`)); // then the connection closes
  }

  override draining() {
    this.#draining = true;
    this.#closeIfDone();
  }

  /** While the port drains, a connection ends once all that has arrived is answered. */
  #closeIfDone(): void {
    if (this.#draining && this.heldBytes === 0) this.transport.loseConnection();
  }

  #send(reply: Reply): boolean {
    const { transport } = this;
    if (reply === null) return transport.write('$-1\r\n');
    if (typeof reply === 'string') return transport.write(`+${reply}\r\n`);
    if (typeof reply !== 'object') return transport.write(`:${reply}\r\n`);
    if (reply instanceof Error) return transport.write(`-${reply.message}\r\n`);
    if (reply instanceof Buffer) return transport.writeSequence([`$${reply.length}\r\n`, reply, '\r\n']);
    let room = transport.write(`*${reply.length}\r\n`);
    for (const part of reply) room = this.#send(part);
    return room;
  }
}

export class KeyValueFactory extends Factory {
  override protocol = KeyValue;
  readonly store: Store;

  constructor(store: Store) {
    super();
    this.store = store;
  }
}

// The commands.

interface Command {
  /** The fewest and the most arguments. */
  readonly takes: readonly [number, number];
  run(store: Store, ...args: Buffer[]): Reply;
}

const EMPTY: Buffer = Buffer.alloc(0);

const COMMANDS = new Map<string, Command>(
  Object.entries({
    ping: { takes: [0, 1], run: (_, text) => text ?? 'PONG' },
    echo: { takes: [1, 1], run: (_, text = EMPTY) => text },
    get: { takes: [1, 1], run: (store, key = EMPTY) => store.get(key) ?? null },
    set: { takes: [2, 4], run: set },
    del: { takes: [1, MAX_WORDS], run: (store, ...keys) => keys.filter((key) => store.delete(key)).length },
    incr: { takes: [1, 1], run: increment },
    expire: { takes: [2, 2], run: expire },
    ttl: { takes: [1, 1], run: (store, key = EMPTY) => store.secondsLeft(key) },
    quit: { takes: [0, 0], run: () => 'OK' },
    command: { takes: [0, MAX_WORDS], run: () => [] }, // redis-cli asks for it, for its help
    config: { takes: [2, 2], run: (_, _get, name = EMPTY) => [name, EMPTY] }, // redis-benchmark asks for it
  } satisfies Record<string, Command>),
);

function run(name: string, args: Buffer[], store: Store): Reply {
  const command = COMMANDS.get(name);
  if (command === undefined) return new Error(`ERR unknown command '${name.replace(/[^ -~]/g, '?').slice(0, 128)}'`);
  const [fewest, most] = command.takes;
  if (args.length < fewest || args.length > most)
    return new Error(`ERR wrong number of arguments for '${name}' command`);
  return command.run(store, ...args);
}

/** `SET key value`, and `EX seconds`. */
function set(store: Store, key = EMPTY, value = EMPTY, option?: Buffer, seconds?: Buffer): Reply {
  if (option !== undefined && (`${option}`.toLowerCase() !== 'ex' || seconds === undefined))
    return new Error('ERR syntax error');
  const ttl = seconds === undefined ? undefined : wholeNumber(seconds);
  if (seconds !== undefined && (ttl === undefined || ttl <= 0 || ttl > MAX_SECONDS))
    return new Error("ERR invalid expire time in 'set' command");
  if (!store.set(key, value)) return FULL;
  if (ttl !== undefined) store.expire(key, Number(ttl));
  return 'OK';
}

function increment(store: Store, key = EMPTY): Reply {
  const value = store.get(key);
  const number = value === undefined ? 0n : wholeNumber(value);
  if (number === undefined) return NOT_A_NUMBER;
  if (number === MAX_INTEGER) return new Error('ERR increment or decrement would overflow');
  if (!store.set(key, Buffer.from(`${number + 1n}`), { keepExpiry: true })) return FULL;
  return number + 1n;
}

function expire(store: Store, key = EMPTY, seconds = EMPTY): Reply {
  const ttl = wholeNumber(seconds);
  if (ttl === undefined) return NOT_A_NUMBER;
  if (ttl > MAX_SECONDS) return new Error("ERR invalid expire time in 'expire' command");
  return store.expire(key, Number(ttl)) ? 1 : 0;
}

const MAX_INTEGER = 2n ** 63n - 1n;
/** A hundred years. */
const MAX_SECONDS = 3_155_760_000n;
const NOT_A_NUMBER = new Error('ERR value is not an integer or out of range');
const FULL = new Error("OOM command not allowed when used memory > 'maxmemory'.");

/** A whole number of 64 bits in its decimal form; undefined for anything else. */
function wholeNumber(bytes: Buffer): bigint | undefined {
  const text = bytes.toString('latin1');
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const number = BigInt(text);
  return BigInt.asIntN(64, number) === number ? number : undefined;
}

// The keys and their values.

interface Entry {
  readonly value: Buffer;
  readonly size: number;
  expiry: DelayedCall | undefined;
}

/** About how many bytes an entry takes in addition to its key and value. */
const ENTRY_BYTES = 200;

const nameOf = (key: Buffer) => key.toString('latin1');

export class Store {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  /** By their keys, one character for a byte. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(clock: Clock, maxBytes = 100_000_000) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  get(key: Buffer): Buffer | undefined {
    return this.#entries.get(nameOf(key))?.value;
  }

  /** Returns false, and changes nothing, if there is no room. */
  set(key: Buffer, value: Buffer, { keepExpiry = false } = {}): boolean {
    const name = nameOf(key);
    const old = this.#entries.get(name);
    const size = ENTRY_BYTES + key.length + value.length;
    const bytes = this.#bytes + size - (old?.size ?? 0);
    if (bytes > this.#maxBytes) return false;
    this.#bytes = bytes;
    if (!keepExpiry) old?.expiry?.cancel();
    // A copy: what was received is a part of a chunk, which may be much larger.
    this.#entries.set(name, { value: Buffer.from(value), size, expiry: keepExpiry ? old?.expiry : undefined });
    return true;
  }

  delete(key: Buffer): boolean {
    const name = nameOf(key);
    const entry = this.#entries.get(name);
    if (entry === undefined) return false;
    entry.expiry?.cancel();
    this.#bytes -= entry.size;
    return this.#entries.delete(name);
  }

  /** Deletes a key after that time. Returns false if it is not there. */
  expire(key: Buffer, seconds: number): boolean {
    const entry = this.#entries.get(nameOf(key));
    if (entry === undefined) return false;
    entry.expiry?.cancel();
    if (seconds <= 0) return this.delete(key);
    const own = Buffer.from(key);
    entry.expiry = this.#clock.callLater(seconds * 1000, () => this.delete(own));
    return true;
  }

  /** -1 for a key that does not expire, -2 for one that is not there. */
  secondsLeft(key: Buffer): number {
    const entry = this.#entries.get(nameOf(key));
    if (entry?.expiry === undefined) return entry === undefined ? -2 : -1;
    return Math.max(0, Math.round((entry.expiry.getTime() - this.#clock.now()) / 1000));
  }
}

/** The store with the limits and deadlines that a server on a network needs. */
export function guardedStore(store: Store, { max = 1000, idleTimeoutMs = 300_000, messageTimeoutMs = 10_000 } = {}) {
  const timed = timeoutIdle(timeoutMessage(new KeyValueFactory(store), { messageTimeoutMs }), { idleTimeoutMs });
  return limitConnections(timed, { max, message: '-ERR max number of clients reached\r\n' });
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const factory = guardedStore(new Store(reactor));
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8024), factory, { interface: '127.0.0.1' });
  console.log(`Key-value store on ${port.getHost().authority}`);
  await reactor.run({ drainTimeoutMs: 5000 });
}
