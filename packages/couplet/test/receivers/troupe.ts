import type { Protocol, Result } from 'couplet';
import { encodeLengthPrefixed, encodeLine, encodeNetstring } from 'couplet/framing';
import {
  Int8StringReceiver,
  Int16StringReceiver,
  Int32StringReceiver,
  LineOnlyReceiver,
  LineReceiver,
  NetstringReceiver,
  TextLineReceiver,
} from 'couplet/protocols';

/** What a callback does besides writing down that it ran. */
export type Deed =
  | 'nothing'
  | 'write'
  | 'pause'
  | 'resume'
  | 'waver'
  | 'raw'
  | 'switch'
  | 'wait'
  | 'pause and wait'
  | 'close'
  | 'abort'
  | 'fail'
  | 'throw'
  | 'reject';

/** The deeds after which nothing more may come. */
export const LAST: readonly Deed[] = ['close', 'abort', 'fail', 'throw', 'reject'];
/** Those of them that are failures. */
export const FAILURES: readonly Deed[] = ['fail', 'throw', 'reject'];
export const DEEDS: readonly Deed[] = [
  ...(['nothing', 'write', 'pause', 'resume', 'waver', 'raw', 'switch', 'wait', 'pause and wait'] as const),
  ...LAST,
];

/** What fails. */
export const slip: Error = new Error('a slip');
/** So many bytes of raw data follow a line whose callback switches to them: they look like lines. */
export const RAW = '\r\n!';
export const MAX_LENGTH = 5;

/** What one protocol does: a deed for each callback, and a list of the callbacks that ran. */
export class Part {
  readonly log: string[] = [];
  readonly #deeds: readonly Deed[];

  constructor(deeds: readonly Deed[]) {
    this.#deeds = deeds;
  }

  play(protocol: Protocol, event: string): Result {
    const deed = this.#deeds[this.log.length] ?? 'nothing';
    const { transport } = protocol;
    this.log.push(transport.paused ? `${event} while paused` : event);
    if (deed === 'write') transport.write(`${event};`);
    if (deed === 'pause' || deed === 'waver' || deed === 'pause and wait') transport.pauseProducing();
    if (deed === 'resume' || deed === 'waver') transport.resumeProducing();
    if (deed === 'raw' && protocol instanceof LineReceiver) protocol.setRawMode();
    if (deed === 'switch' && protocol instanceof LineReceiver) {
      protocol.setRawMode();
      protocol.setLineMode();
    }
    if (deed === 'wait' || deed === 'pause and wait') return Promise.resolve();
    if (deed === 'close') transport.loseConnection();
    if (deed === 'abort') transport.abortConnection();
    if (deed === 'fail') transport.failConnection(slip);
    if (deed === 'throw') throw slip;
    if (deed === 'reject') return Promise.reject(slip);
  }
}

/** A kind of receiver: how to make one that plays a part, and the bytes that make it play. */
export interface Kind {
  readonly cast: (part: Part) => Protocol;
  /** The bytes of a frame. */
  readonly encode: (frame: string) => Buffer;
  /** How it says that a frame of so many bytes is too long; undefined when that ends the connection. */
  readonly exceeds: ((length: number) => string) | undefined;
  /** It has a raw mode. */
  readonly raw: boolean;
}

class Lines extends LineReceiver {
  override maxLength = MAX_LENGTH;
  readonly #part: Part;
  #raw: Buffer = Buffer.alloc(0);
  constructor(part: Part) {
    super();
    this.#part = part;
  }
  override lineReceived(line: Buffer): Result {
    return this.#part.play(this, line.toString());
  }
  override lineLengthExceeded(length: number): Result {
    return this.#part.play(this, `exceeded ${length}`);
  }
  /** Takes as many bytes as there must be, and gives the rest back. */
  override rawDataReceived(data: Buffer): Result {
    this.#raw = Buffer.concat([this.#raw, data]);
    if (this.#raw.length < RAW.length) return;
    const [taken, rest] = [this.#raw.subarray(0, RAW.length), this.#raw.subarray(RAW.length)];
    this.#raw = Buffer.alloc(0);
    this.setLineMode(rest);
    return this.#part.play(this, `raw ${taken}`);
  }
}

class OnlyLines extends LineOnlyReceiver {
  override maxLength = MAX_LENGTH;
  readonly #part: Part;
  constructor(part: Part) {
    super();
    this.#part = part;
  }
  override lineReceived(line: Buffer): Result {
    return this.#part.play(this, line.toString());
  }
  override lineLengthExceeded(length: number): Result {
    return this.#part.play(this, `exceeded ${length}`);
  }
}

class TextLines extends TextLineReceiver {
  override maxLength = MAX_LENGTH;
  readonly #part: Part;
  constructor(part: Part) {
    super();
    this.#part = part;
  }
  override lineReceived(line: string): Result {
    return this.#part.play(this, line);
  }
  override lineLengthExceeded(length: number): Result {
    return this.#part.play(this, `exceeded ${length}`);
  }
}

class Netstrings extends NetstringReceiver {
  readonly #part: Part;
  constructor(part: Part) {
    super();
    this.#part = part;
  }
  override stringReceived(string: Buffer): Result {
    return this.#part.play(this, string.toString());
  }
}

/** A receiver of strings behind a prefix of so many bytes. */
function strings(bytes: 1 | 2 | 4, Receiver: typeof Int8StringReceiver): Kind {
  class Strings extends Receiver {
    override maxLength = MAX_LENGTH;
    readonly #part: Part;
    constructor(part: Part) {
      super();
      this.#part = part;
    }
    override stringReceived(string: Buffer): Result {
      return this.#part.play(this, string.toString());
    }
    override lengthLimitExceeded(length: number): Result {
      return this.#part.play(this, `exceeded ${length}`);
    }
  }
  return {
    cast: (part) => new Strings(part),
    encode: (frame) => encodeLengthPrefixed(bytes, frame),
    exceeds: (length) => `exceeded ${length}`,
    raw: false,
  };
}

const lineKind = { encode: (frame: string) => encodeLine(frame), exceeds: () => `exceeded ${MAX_LENGTH + 1}` };

/** Every receiver of the package. */
export const KINDS: Record<string, Kind> = {
  LineReceiver: { ...lineKind, cast: (part) => new Lines(part), raw: true },
  LineOnlyReceiver: { ...lineKind, cast: (part) => new OnlyLines(part), raw: false },
  TextLineReceiver: { ...lineKind, cast: (part) => new TextLines(part), raw: false },
  NetstringReceiver: {
    cast: (part) => new Netstrings(part),
    encode: (frame) => encodeNetstring(frame),
    exceeds: undefined,
    raw: false,
  },
  Int8StringReceiver: strings(1, Int8StringReceiver),
  Int16StringReceiver: strings(2, Int16StringReceiver),
  Int32StringReceiver: strings(4, Int32StringReceiver),
};

/** A play: what is sent, and what must come of it. */
export interface Play {
  readonly stream: Buffer;
  readonly log: readonly string[];
  readonly output: string;
  /** The deed that ends it. */
  readonly last: Deed | undefined;
}

/** Works out, without any framing, what a receiver must do when it gets these frames and does these deeds. */
export function plan(kind: Kind, frames: readonly string[], deeds: readonly Deed[]): Play {
  const stream: Buffer[] = [];
  const log: string[] = [];
  let output = '';
  let last: Deed | undefined;
  /** A callback runs; true when raw bytes are to follow. */
  const happen = (event: string): boolean => {
    if (last !== undefined) return false;
    const deed = deeds[log.length] ?? 'nothing';
    log.push(event);
    if (deed === 'write') output += `${event};`;
    if (LAST.includes(deed)) last = deed;
    return kind.raw && deed === 'raw';
  };
  for (const frame of frames) {
    const long = frame.length > MAX_LENGTH && kind.exceeds !== undefined;
    stream.push(kind.encode(frame));
    let raw = happen(long ? kind.exceeds(frame.length) : frame);
    while (raw) {
      stream.push(Buffer.from(RAW));
      raw = happen(`raw ${RAW}`);
    }
  }
  return { stream: Buffer.concat(stream), log, output, last };
}
