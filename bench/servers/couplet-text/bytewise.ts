import { TextLineReceiver } from 'couplet/protocols';
import { bytewise, maxLength } from '../bytewise.ts';
import { feeder } from '../couplet/feeder.ts';

bytewise({
  lines: (received) =>
    feeder(
      new (class extends TextLineReceiver {
        override maxLength = maxLength;
        override lineReceived(line: string): void {
          received(line.length);
        }
      })(),
    ),
});
