import { LineReceiver } from 'couplet/protocols';

/** Sends every line back. */
export class LineEcho extends LineReceiver {
  override lineReceived(line: Buffer): void {
    this.sendLine(line);
  }
}
