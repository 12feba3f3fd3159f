import { LineReceiver } from 'couplet/protocols';

// #region shout
export class Shout extends LineReceiver {
  override lineReceived(line: Buffer) {
    this.sendLine(line.toString().toUpperCase());
  }
}
// #endregion shout
