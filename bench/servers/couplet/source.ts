import { type Producer, Protocol } from 'couplet';

const bytes = Number(process.argv[2]);
const chunk = Buffer.alloc(65536);

/** A streaming producer: writes as many bytes as the first argument says, pausing when it is paused. */
export class Source extends Protocol implements Producer {
  private left = bytes;
  private paused = false;

  override connectionMade(): void {
    this.transport.registerProducer(this, true);
    this.resumeProducing();
  }

  resumeProducing(): void {
    this.paused = false;
    while (!this.paused) {
      if (this.left === 0) {
        this.transport.unregisterProducer();
        this.transport.loseConnection();
        return;
      }
      const piece = this.left < chunk.length ? chunk.subarray(0, this.left) : chunk;
      this.left -= piece.length;
      this.transport.write(piece);
    }
  }

  pauseProducing(): void {
    this.paused = true;
  }

  stopProducing(): void {
    this.paused = true;
    this.left = 0;
  }
}
