// What the receivers and decoders know and refuse. Compiled, never run.
import { Factory } from 'couplet';
import { decoder, lengthPrefixed, lines, textLines } from 'couplet/framing';
import {
  FrameReceiver,
  Int32StringReceiver,
  LineReceiver,
  NetstringReceiver,
  StatefulStringProtocol,
  TextLineReceiver,
  TimeoutMixin,
} from 'couplet/protocols';
import { verifyFraming } from 'couplet/testing';
import { exactly } from './exactly.ts';

/** Lines are bytes or strings, as the receiver's name says, and a callback returns nothing or a promise. */
class Bytes extends LineReceiver {
  override lineReceived(line: Buffer): void {
    this.sendLine(line);
  }
}

class Strings extends TextLineReceiver {
  override async lineReceived(line: string): Promise<void> {
    this.sendLine(line);
  }
}

class Mistaken extends LineReceiver {
  // @ts-expect-error a line is bytes
  override lineReceived(line: string): void {
    this.sendLine(line);
  }
}

class Chatty extends LineReceiver {
  // @ts-expect-error whether there is room is nothing to return
  override lineReceived(line: Buffer): boolean {
    return this.sendLine(line);
  }
}

/** A delimiter is one or several, and a sent one is one. */
class Lenient extends TextLineReceiver {
  override delimiter = ['\r\n', '\n'];
  override sendDelimiter = '\n';
}

class Doubtful extends LineReceiver {
  // @ts-expect-error one of them has to be sent
  override sendDelimiter = ['\r\n', '\n'];
}

/** The factory and the receiver that were named are known to the states. */
class Greeter extends Factory {
  readonly greeting: string = 'hello';
}

class Stateful extends StatefulStringProtocol<'name' | 'rest', Greeter>(Int32StringReceiver) {
  state: 'name' | 'rest' = 'name';
  readonly states = {
    name: () => {
      this.sendString(this.factory.greeting);
      return 'rest' as const;
    },
    rest: async () => 'done' as const,
  };
  override lengthLimitExceeded(length: number): void {
    this.sendString(`${length} bytes are too many`);
  }
}

class Lost extends StatefulStringProtocol<'name'>(NetstringReceiver) {
  state = 'name' as const;
  // @ts-expect-error there is no such state
  readonly states = { name: () => 'word' as const };
}

/** A deadline is added to a receiver that is abstract as well; what that has, it still has. */
class Timed extends TimeoutMixin(FrameReceiver<Buffer, Greeter>) {
  override readonly decoder = lengthPrefixed(4);
  override frameReceived(frame: Buffer): void {
    this.setTimeout(frame.length + this.factory.greeting.length);
  }
}

/** So does its constructor. */
class Western extends TimeoutMixin(TextLineReceiver) {
  constructor() {
    super('latin1');
  }
}

// @ts-expect-error another encoding
new (TimeoutMixin(TextLineReceiver))('latin2');
// @ts-expect-error a class that is abstract cannot be made
new (TimeoutMixin(FrameReceiver<Buffer>))();

Factory.forProtocol(Bytes);
Factory.forProtocol(Western);
Factory.forProtocol(Strings);
Factory.forProtocol(Mistaken);
Factory.forProtocol(Chatty);
Factory.forProtocol(Lost);
Factory.forProtocol(Lenient);
Factory.forProtocol(Doubtful);
// @ts-expect-error it needs a Greeter
Factory.forProtocol(Stateful);
// @ts-expect-error so does this one
Factory.forProtocol(Timed);

/** Decoders tell what their frames are. */
for (const line of lines()) exactly<Buffer>()(line);
for (const line of textLines()) exactly<string>()(line);
for (const line of textLines({ delimiter: ['\r\n', Buffer.from('\n')] })) exactly<string>()(line);
// @ts-expect-error a prefix of three bytes
lengthPrefixed(3);

verifyFraming(() => new LineReceiver(), 'x', { callbacks: ['lineReceived'], raw: ['rawDataReceived'] });
// @ts-expect-error there is no such callback
verifyFraming(() => new LineReceiver(), 'x', { callbacks: ['lineRecieved'] });

/** R51: a generator yields its input and nothing else. */
decoder(function* (input) {
  const length = yield* input.uint8();
  exactly<number>()(length);
  return exactly<Buffer>()(yield* input.bytes(length));
});
// @ts-expect-error a request is yielded with yield*
decoder(function* (input) {
  yield input.uint8();
  return 1;
});
// @ts-expect-error what is yielded is no request
decoder(function* () {
  yield 7;
  return 1;
});
