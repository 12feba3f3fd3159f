import type { Answerer } from '../answerer.ts';
import type { Identity } from '../identity.ts';
import { serve } from './serve.ts';

/** Has each connection answered by an answerer of its own, with one write for a chunk. Nothing is read while the peer does not take the answers. */
export function serveAnswers(answererFor: () => Answerer, tls?: Identity): void {
  serve((socket) => {
    socket.setNoDelay(true);
    const answerer = answererFor();
    socket.on('drain', () => socket.resume());
    socket.on('data', (chunk) => {
      try {
        const answers = answerer.push(chunk);
        if (answers !== undefined && !socket.write(answers)) socket.pause();
      } catch {
        socket.destroy();
      }
    });
  }, tls);
}
