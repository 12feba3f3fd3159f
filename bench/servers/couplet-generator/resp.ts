import { Factory } from 'couplet';
import { type Decoder, decoder, type FrameInput } from 'couplet/framing';
import { CommandReceiver } from '../couplet/command-receiver.ts';
import { serve } from '../couplet/serve.ts';

/** The words of a command. */
function* command(input: FrameInput): Generator<FrameInput, readonly Buffer[]> {
  const words: Buffer[] = [];
  yield* input.skip(1);
  for (let left = yield* input.decimal(); left > 0; left -= 1) {
    yield* input.skip(1);
    words.push(yield* input.bytes(yield* input.decimal()));
    yield* input.skip(2);
  }
  return words;
}

class Store extends CommandReceiver {
  override readonly decoder: Decoder<readonly Buffer[]> = decoder(command);
}

await serve(Factory.forProtocol(Store));
