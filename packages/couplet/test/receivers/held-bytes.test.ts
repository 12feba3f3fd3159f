import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { netstrings } from 'couplet/framing';
import {
  FrameReceiver,
  Int16StringReceiver,
  LineReceiver,
  NetstringReceiver,
  StatefulStringProtocol,
  TextLineReceiver,
} from 'couplet/protocols';
import { StringTransport } from 'couplet/testing';

/** Writes down what is held when each frame is there. */
class Lines extends LineReceiver {
  readonly seen: number[] = [];
  override lineReceived(): void {
    this.seen.push(this.heldBytes);
  }
  override rawDataReceived(): void {
    this.seen.push(this.heldBytes);
  }
}

class TextLines extends TextLineReceiver {
  readonly seen: number[] = [];
  override lineReceived(): void {
    this.seen.push(this.heldBytes);
  }
}

class Netstrings extends NetstringReceiver {
  readonly seen: number[] = [];
  override stringReceived(): void {
    this.seen.push(this.heldBytes);
  }
}

class Shorts extends Int16StringReceiver {
  readonly seen: number[] = [];
  override stringReceived(): void {
    this.seen.push(this.heldBytes);
  }
}

class States extends StatefulStringProtocol<'only'>(NetstringReceiver) {
  readonly seen: number[] = [];
  state = 'only' as const;
  readonly states = { only: (): void => void this.seen.push(this.heldBytes) };
}

class Frames extends FrameReceiver<Buffer> {
  readonly seen: number[] = [];
  override readonly decoder = netstrings();
  override frameReceived(): void {
    this.seen.push(this.heldBytes);
  }
}

describe('R49 heldBytes of', () => {
  const cases = [
    ['LineReceiver', () => new Lines(), 'one\r\n', 'tw'],
    ['TextLineReceiver', () => new TextLines(), 'one\r\n', 'tw'],
    ['NetstringReceiver', () => new Netstrings(), '3:one,', '3:t'],
    ['Int16StringReceiver', () => new Shorts(), '\0\u0003one', '\0'],
    ['StatefulStringProtocol', () => new States(), '3:one,', '3:t'],
    ['FrameReceiver', () => new Frames(), '3:one,', '3:t'],
  ] as const;
  for (const [name, make, frame, part] of cases) {
    test(`${name} are those behind the frame, whole or not`, () => {
      const receiver = make();
      receiver.makeConnection(new StringTransport());
      assert.equal(receiver.heldBytes, 0);
      receiver.dataReceived(Buffer.from(frame + frame + part, 'latin1'));
      assert.deepEqual(receiver.seen, [frame.length + part.length, part.length]);
      assert.equal(receiver.heldBytes, part.length);
    });

    test(`${name} are all that came while reading was paused`, () => {
      const receiver = make();
      const transport = new StringTransport();
      receiver.makeConnection(transport);
      transport.pauseProducing();
      receiver.dataReceived(Buffer.from(frame + frame, 'latin1'));
      assert.equal(receiver.heldBytes, 2 * frame.length);
      transport.resumeProducing();
      assert.equal(receiver.heldBytes, 0);
    });
  }

  test('LineReceiver are none in raw mode, nor of a line that is dropped', () => {
    const lines = new Lines();
    lines.makeConnection(new StringTransport());
    lines.lineLengthExceeded = () => {};
    lines.maxLength = 2;
    lines.dataReceived(Buffer.from('far too long'));
    assert.equal(lines.heldBytes, 0);
    lines.dataReceived(Buffer.from('\r\n'));
    lines.setRawMode();
    lines.dataReceived(Buffer.from('raw'));
    assert.equal(lines.heldBytes, 0);
  });
});
