import type { Framer, Received } from './framer.ts';
import { type Identity, serve } from './serve.ts';

/**
 * Answers every frame with itself; `answer` adds the pieces of one to `out`. The answers to one chunk leave as one
 * write, and nothing is read while the peer does not take them.
 */
export function serveFrames(
  framerFor: (received: Received) => Framer,
  answer: (payload: Buffer, out: Buffer[]) => void,
  tls?: Identity,
): void {
  serve((socket) => {
    socket.setNoDelay(true);
    let out: Buffer[] = [];
    const framer = framerFor((payload) => answer(payload, out));
    socket.on('drain', () => socket.resume());
    socket.on('data', (chunk) => {
      try {
        framer.push(chunk);
      } catch {
        socket.destroy();
      }
      if (out.length === 0) return;
      if (!socket.write(Buffer.concat(out))) socket.pause();
      out = [];
    });
  }, tls);
}
