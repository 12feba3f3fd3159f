// The wire format of MQTT 3.1.1, as far as broker.ts needs it: what clients send, read by a generator, and the messages that they get.

import type { Transport } from 'couplet';
import { decoder, FramingError } from 'couplet/framing';

/** How surely a message arrives: 0, at most once; 1, at least once. */
export type QoS = 0 | 1;

const MAX_LEVELS = 32;
/** The most filters in a packet. */
const MAX_FILTERS = 100;

export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
}

/** What a client sends. */
export type Packet =
  | { type: 'connect'; clientId: string; version: number; clean: boolean; keepAlive: number; will: Message | undefined }
  | { type: 'publish'; id: number; message: Message }
  | { type: 'acknowledge'; id: number }
  | { type: 'subscribe'; id: number; filters: [filter: string, qos: QoS][] }
  | { type: 'unsubscribe'; id: number; filters: string[] }
  | { type: 'ping' | 'disconnect' };

/** A packet: its type and flags in a byte, the length of the rest as a varint, and the rest. What cannot be read ends the connection. */
export const packets = () =>
  decoder<Packet>(
    function* (input) {
      const head = yield* input.uint8();
      const fields = new Fields(yield* input.bytes(yield* input.varint(4)));
      const packet = packetOf(head >> 4, head & 15, fields);
      fields.end();
      return packet;
    },
    { maxLength: 262_144 },
  );

function packetOf(type: number, flags: number, fields: Fields): Packet {
  if (type !== 3) check(flags === (type === 8 || type === 10 ? 2 : 0), `flags ${flags} of a packet of type ${type}`);
  switch (type) {
    case 1:
      return connectOf(fields);
    case 3: {
      const topic = topicOf(fields);
      const qos = (flags >> 1) & 3;
      check(qos === 0 || qos === 1, `a message of QoS ${qos}`);
      check(qos === 1 || (flags & 8) === 0, 'a message of QoS 0 that is sent again');
      const id = qos === 0 ? 0 : fields.id();
      return { type: 'publish', id, message: { topic, payload: fields.rest(), qos, retain: (flags & 1) === 1 } };
    }
    case 4:
      return { type: 'acknowledge', id: fields.id() };
    case 8: {
      const id = fields.id();
      return { type: 'subscribe', id, filters: listOf(fields, () => [filterOf(fields), grant(fields.byte())]) };
    }
    case 10: {
      const id = fields.id();
      return { type: 'unsubscribe', id, filters: listOf(fields, () => filterOf(fields)) };
    }
    case 12:
      return { type: 'ping' };
    case 14:
      return { type: 'disconnect' };
    default:
      throw new FramingError(`a packet of type ${type}`);
  }
}

function connectOf(fields: Fields): Packet {
  const [protocol, version, flags, keepAlive] = [fields.text(), fields.byte(), fields.byte(), fields.word()];
  check(protocol === 'MQTT' || protocol === 'MQIsdp', 'the name of the protocol');
  if (version !== 4) {
    fields.rest(); // another version may have other fields
    return { type: 'connect', clientId: '', version, clean: true, keepAlive, will: undefined };
  }
  check((flags & 1) === 0, 'the reserved flag of CONNECT');
  check((flags & 4) !== 0 || (flags & 0x38) === 0, 'flags of a will without a will');
  check((flags & 0xc0) !== 0x40, 'a password without a user');
  const clientId = fields.text();
  let will: Message | undefined;
  if ((flags & 4) !== 0) {
    const [topic, payload] = [topicOf(fields), Buffer.from(fields.data())];
    will = { topic, payload, qos: grant((flags >> 3) & 3), retain: (flags & 32) !== 0 };
  }
  if ((flags & 128) !== 0) fields.text(); // a user; this broker lets all in
  if ((flags & 64) !== 0) fields.data();
  return { type: 'connect', clientId, version, clean: (flags & 2) !== 0, keepAlive, will };
}

function check(right: boolean, what: string): asserts right {
  if (!right) throw new FramingError(`MQTT: ${what}`);
}

/** QoS 2 may be asked for, and 1 is given. */
function grant(qos: number): QoS {
  check(qos <= 2, `a QoS of ${qos}`);
  return qos === 0 ? 0 : 1;
}

function topicOf(fields: Fields): string {
  const topic = fields.text();
  check(topic !== '' && !/[+#]/.test(topic) && topic.split('/').length <= MAX_LEVELS, 'a topic');
  return topic;
}

/** Levels, of which any may be `+` and the last `#`. */
function filterOf(fields: Fields): string {
  const filter = fields.text();
  const levels = filter.split('/');
  const right = levels.every(
    (level, at) => !/[+#]/.test(level) || level === '+' || (level === '#' && at === levels.length - 1),
  );
  check(right && filter !== '' && levels.length <= MAX_LEVELS, 'a filter');
  return filter;
}

function listOf<T>(fields: Fields, next: () => T): T[] {
  const list = [next()];
  while (fields.left > 0) list.push(next());
  check(list.length <= MAX_FILTERS, 'too many filters');
  return list;
}

/** The fields of a packet, one after the other. Each method throws a `FramingError` for what is not there. */
class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.#take(1).readUInt8();
  }

  word(): number {
    return this.#take(2).readUInt16BE();
  }

  id(): number {
    const id = this.word();
    check(id !== 0, 'an id of 0');
    return id;
  }

  data(): Buffer {
    return this.#take(this.word());
  }

  text(): string {
    const bytes = this.data();
    const text = bytes.toString();
    check(!text.includes('\0') && Buffer.from(text).equals(bytes), 'a text that is not UTF-8');
    return text;
  }

  rest(): Buffer {
    return this.#take(this.left);
  }

  end(): void {
    check(this.left === 0, 'more bytes than fields');
  }

  #take(size: number): Buffer {
    check(size <= this.left, 'fewer bytes than fields');
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }
}

/** A message as it is sent: bytes that all receivers share, with the id for each between them. */
export class Outgoing {
  readonly #message: Message;
  readonly #retained: number;
  readonly #heads: (Buffer | undefined)[] = [];

  constructor(message: Message, retained = false) {
    this.#message = message;
    this.#retained = retained ? 1 : 0;
  }

  /** Returns false if there is no room. */
  writeTo(transport: Transport, id: number): boolean {
    const qos = id === 0 ? 0 : 1;
    const head = this.#heads[qos] ?? this.#head(qos);
    this.#heads[qos] = head;
    const { payload } = this.#message;
    return transport.writeSequence(qos === 0 ? [head, payload] : [head, Buffer.of(id >> 8, id & 255), payload]);
  }

  #head(qos: QoS): Buffer {
    const topic = Buffer.from(this.#message.topic);
    const length: number[] = [];
    for (let left = 2 + topic.length + 2 * qos + this.#message.payload.length; left > 0; left >>= 7)
      length.push(left > 127 ? (left & 127) | 128 : left);
    return Buffer.from([
      0x30 | (qos << 1) | this.#retained,
      ...length,
      topic.length >> 8,
      topic.length & 255,
      ...topic,
    ]);
  }
}
