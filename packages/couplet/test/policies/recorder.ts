import { Factory } from '../../src/protocol/factory.ts';
import { Protocol } from '../../src/protocol/protocol.ts';

/** Keeps what it receives and why it ended. */
export class Recorder extends Protocol {
  received = '';
  reason: Error | undefined;

  override dataReceived(data: Buffer): void {
    this.received += data.toString('latin1');
  }

  override connectionLost(reason: Error): void {
    this.reason = reason;
  }
}

/** Makes recorders, and keeps them. */
export class Recorders extends Factory {
  readonly made: Recorder[] = [];

  /** The recorder made last. */
  get last(): Recorder {
    const last = this.made.at(-1);
    if (last === undefined) throw new Error('there is no recorder');
    return last;
  }

  override buildProtocol(): Recorder | null {
    const recorder = new Recorder();
    this.made.push(recorder);
    return recorder;
  }
}
