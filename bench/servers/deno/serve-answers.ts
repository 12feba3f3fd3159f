import type { Answerer } from '../answerer.ts';
import type { Identity } from '../identity.ts';
import { receive, send, serve } from './serve.ts';

/** Has each connection answered by an answerer of its own, with one write for a chunk. Nothing is read while the peer does not take the answers. */
export function serveAnswers(answererFor: () => Answerer, tls?: Identity): Promise<void> {
  return serve((conn) => {
    conn.setNoDelay?.(true);
    const answerer = answererFor();
    return receive(conn, (chunk) => {
      // A copy: of what it keeps, the next chunk takes the place.
      const answers = answerer.push(Buffer.from(chunk));
      return answers === undefined ? undefined : send(conn, answers);
    });
  }, tls);
}
