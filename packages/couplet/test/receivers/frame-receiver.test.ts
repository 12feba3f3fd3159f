import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Decoder, FramingError, netstrings } from 'couplet/framing';
import { FrameReceiver } from 'couplet/protocols';
import { StringTransport, verifyFraming } from 'couplet/testing';

/** Numbers of one byte, of which 255 is not one: a decoder as a user writes it. */
class Numbers extends Decoder<number> {
  override next(): number | undefined {
    if (!this.ready()) return undefined;
    const number = this.chunk[this.at] ?? 0;
    this.at += 1;
    if (number === 255) throw new FramingError('255 is not a number');
    return number;
  }
}

class Adder extends FrameReceiver<number> {
  override readonly decoder: Decoder<number> = new Numbers();
  readonly frames: number[] = [];
  /** What a frame does. */
  act: (frame: number) => void | Promise<void> = () => {};
  override frameReceived(frame: number): void | Promise<void> {
    this.frames.push(frame);
    return this.act(frame);
  }
}

function connected(adder: Adder): StringTransport {
  const transport = new StringTransport();
  adder.makeConnection(transport);
  return transport;
}

describe('FrameReceiver', () => {
  test('R27 how the stream is cut changes nothing', () => {
    verifyFraming(() => new Numbers(), '\u0001\u0002\u0003');
    class Strings extends FrameReceiver<Buffer> {
      override readonly decoder: Decoder<Buffer> = netstrings();
      override frameReceived(_frame: Buffer): void {}
    }
    verifyFraming(() => new Strings(), '3:one,5:three,', { callbacks: ['frameReceived'] });
  });

  test('R29 what a frame does counts for the next one', () => {
    const adder = new Adder();
    const transport = connected(adder);
    adder.act = (frame) => {
      if (frame === 2) transport.pauseProducing();
      if (frame === 4) transport.loseConnection();
    };
    adder.dataReceived(Buffer.from([1, 2, 3, 4, 5]));
    assert.deepEqual(adder.frames, [1, 2]);
    transport.resumeProducing();
    assert.deepEqual(adder.frames, [1, 2, 3, 4]);
  });

  test('R8 a frame waits for the promise of the one before', async () => {
    const adder = new Adder();
    connected(adder);
    let go = (): void => {};
    adder.act = (frame) => {
      if (frame > 1) return;
      return new Promise<void>((resolve) => {
        go = resolve;
      });
    };
    const delivered = adder.dataReceived(Buffer.from([1, 2]));
    assert.deepEqual(adder.frames, [1]);
    go();
    await delivered;
    assert.deepEqual(adder.frames, [1, 2]);
  });

  test('a FramingError of the decoder aborts the connection, and is its reason', () => {
    const adder = new Adder();
    const transport = connected(adder);
    adder.dataReceived(Buffer.from([1, 255, 3]));
    assert.deepEqual(adder.frames, [1]);
    assert.equal(transport.disconnected, true);
    assert.equal(transport.reason?.message, '255 is not a number');
  });

  test('R51 an override of framingFailed may answer: the connection then closes in order, or as it says', () => {
    class Polite extends Adder {
      readonly failures: string[] = [];
      override framingFailed(error: FramingError): void {
        this.failures.push(error.message);
        this.transport.write('sorry');
      }
    }
    const polite = new Polite();
    const transport = connected(polite);
    polite.dataReceived(Buffer.from([1, 255, 3]));
    polite.dataReceived(Buffer.from([255]));
    assert.deepEqual([polite.frames, polite.failures], [[1], ['255 is not a number']]);
    assert.deepEqual(
      [String(transport.value()), transport.disconnecting, transport.disconnected],
      ['sorry', true, false],
    );
    class Curt extends Adder {
      override framingFailed(): void {
        this.transport.abortConnection(new Error('no more of this'));
      }
    }
    const curt = new Curt();
    const cut = connected(curt);
    curt.dataReceived(Buffer.from([255]));
    assert.equal(cut.reason?.message, 'no more of this');
    class Faulty extends Adder {
      override framingFailed(): void {
        throw new TypeError('a bug');
      }
    }
    const faulty = new Faulty();
    connected(faulty);
    assert.throws(() => faulty.dataReceived(Buffer.from([255])), new TypeError('a bug'));
  });

  test('what is unread can be taken, for a switch of protocols', () => {
    const adder = new Adder();
    const transport = connected(adder);
    transport.pauseProducing();
    adder.dataReceived(Buffer.from([7, 8]));
    assert.deepEqual([...adder.takeUnread()], [7, 8]);
  });
});
