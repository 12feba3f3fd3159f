import { bytewise, maxLength, type Receiver } from '../bytewise.ts';
import type { Framer, Received } from '../framer.ts';
import { Int32Framer } from '../int32-framer.ts';
import { LineFramer } from '../line-framer.ts';
import { NetstringFramer } from '../netstring-framer.ts';

function receiver(Class: new (received: Received, maxLength: number) => Framer): Receiver {
  return (received) => {
    const framer = new Class((payload) => received(payload.length), maxLength);
    return (chunk) => framer.push(chunk);
  };
}

bytewise({ lines: receiver(LineFramer), netstrings: receiver(NetstringFramer), int32: receiver(Int32Framer) });
