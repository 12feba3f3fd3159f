import { Int32StringReceiver, LineReceiver, NetstringReceiver } from 'couplet/protocols';
import { bytewise, maxLength } from '../bytewise.ts';
import { feeder } from './feeder.ts';

bytewise({
  lines: (received) =>
    feeder(
      new (class extends LineReceiver {
        override maxLength = maxLength;
        override lineReceived(line: Buffer): void {
          received(line.length);
        }
      })(),
    ),
  netstrings: (received) =>
    feeder(
      new (class extends NetstringReceiver {
        override maxLength = maxLength;
        override stringReceived(string: Buffer): void {
          received(string.length);
        }
      })(),
    ),
  int32: (received) =>
    feeder(
      new (class extends Int32StringReceiver {
        override maxLength = maxLength;
        override stringReceived(string: Buffer): void {
          received(string.length);
        }
      })(),
    ),
});
