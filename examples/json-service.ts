// Adds numbers up: JSON behind its length of four bytes, each way. A service and its client, with limits, deadlines and a drain.
// Try it: node json-service.ts, and in another terminal: node json-service.ts ask 1 2 3

import { connect, Factory, listen, reactor } from 'couplet';
import { decoder, encodeLengthPrefixed, FramingError } from 'couplet/framing';
import { limitConnections, timeoutIdle, timeoutMessage } from 'couplet/policies';
import { FrameReceiver, type RequestOptions, Requests } from 'couplet/protocols';

/** Both ends. A frame has at most 99,999 bytes, since `decoder` has no `maxLength` here. */
abstract class JsonReceiver extends FrameReceiver<unknown> {
  readonly decoder = decoder<unknown>(function* (input) {
    const bytes = yield* input.bytes(yield* input.uint32());
    try {
      return JSON.parse(bytes.toString());
    } catch (error) {
      throw new FramingError('a frame is not JSON', { cause: error }); // the peer's fault: its connection ends
    }
  });

  send(json: unknown): void {
    this.transport.write(encodeLengthPrefixed(4, JSON.stringify(json)));
  }
}

export class Adder extends JsonReceiver {
  #draining = false;

  async frameReceived(json: unknown) {
    const right = Array.isArray(json) && json.every((one) => typeof one === 'number');
    await this.transport.clock.sleep(50); // as if it looked something up; the next frame waits
    this.send(right ? { sum: json.reduce((sum, one) => sum + one, 0) } : { error: 'not an array of numbers' });
    if (this.#draining && this.heldBytes === 0) this.transport.loseConnection();
  }

  override draining() {
    this.#draining = true;
    if (this.idle) this.transport.loseConnection();
  }
}

export class Client extends JsonReceiver {
  readonly #requests = new Requests<number[], unknown>(this, (numbers) => this.send(numbers));

  add(numbers: number[], options: RequestOptions = { timeoutMs: 2000 }): Promise<unknown> {
    return this.#requests.send(numbers, options);
  }

  frameReceived(json: unknown) {
    this.#requests.settle(json);
  }

  override connectionLost(reason: Error) {
    this.#requests.connectionLost(reason);
  }
}

/** At most 100 clients. Each may be silent for a minute, and has five seconds for a frame that it has begun. */
const brief = timeoutIdle(Factory.forProtocol(Adder), { idleTimeoutMs: 60_000 });
export const adders = limitConnections(timeoutMessage(brief, { messageTimeoutMs: 5000 }), { max: 100 });

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  if (process.argv[2] !== 'ask') {
    const bounds = { maxWriteBufferBytes: 1_000_000, closeTimeoutMs: 5000 };
    const port = await listen(`tcp:${process.argv[2] ?? 8031}:interface=127.0.0.1`, adders, bounds);
    console.log(`JsonService on ${port.getHost().authority}`);
    await reactor.run({ drainTimeoutMs: 25_000 });
  } else {
    const client = await connect('tcp:127.0.0.1:8031', new Client(), { timeoutMs: 5000 });
    console.log(await client.add(process.argv.slice(3).map(Number)));
    client.transport.loseConnection();
  }
}
