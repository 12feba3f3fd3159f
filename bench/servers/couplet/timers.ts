import { type Clock, type DelayedCall, Factory, Protocol } from 'couplet';
import { serve } from './serve.ts';

const count = Number(process.argv[2]);
const delayMs = 10_000;

/** Echo; each chunk moves the next of the factory's deadlines. */
class Echo extends Protocol<Deadlines> {
  override dataReceived(data: Buffer): void {
    this.factory.moveNext();
    this.transport.write(data);
  }
}

class Deadlines extends Factory {
  override protocol = Echo;
  private readonly calls: DelayedCall[] = [];
  private next = 0;

  /** Their times are spread over the delay, as those of connections that spoke at different times are. */
  override startFactory(clock: Clock): void {
    for (let i = 0; i < count; i += 1) this.arm(clock, i, ((i + 1) / count) * delayMs);
  }

  moveNext(): void {
    this.calls[this.next]?.reset(delayMs);
    this.next = this.next + 1 < count ? this.next + 1 : 0;
  }

  /** One that runs out is armed again. */
  private arm(clock: Clock, i: number, afterMs: number): void {
    this.calls[i] = clock.callLater(afterMs, () => this.arm(clock, i, delayMs));
  }
}

await serve(new Deadlines());
