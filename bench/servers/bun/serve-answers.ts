import type { Answerer } from '../answerer.ts';
import type { Identity } from '../identity.ts';
import { drain, send, serve } from './serve.ts';

/** Has each connection answered by an answerer of its own, with one write for a chunk. Nothing is read while the peer does not take the answers. */
export function serveAnswers(answererFor: () => Answerer, tls?: Identity): void {
  serve(
    {
      open(socket) {
        socket.data = { answerer: answererFor() };
      },
      data(socket, chunk) {
        try {
          const answers = socket.data?.answerer?.push(chunk);
          if (answers !== undefined && !send(socket, answers)) socket.pause();
        } catch {
          socket.terminate();
        }
      },
      end: (socket) => socket.end(),
      drain(socket) {
        if (drain(socket)) socket.resume();
      },
    },
    tls,
  );
}
