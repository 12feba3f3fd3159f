import type { Duplex } from 'node:stream';
import type { Cause } from '../../seam/cause.ts';
import type { TlsClientSettings, TlsContext, TlsServerSettings } from '../../seam/tls.ts';
import { causeOfThrown } from '../node/cause.ts';
import { NodeTlsClient, NodeTlsServer, type Secured } from '../tls/context.ts';
import { Relay } from './relay.ts';

class DenoTlsServer extends NodeTlsServer {
  override secure(raw: Duplex): Secured {
    return relayed(new Relay(raw, 'server'), (stream) => super.secure(stream));
  }
}

class DenoTlsClient extends NodeTlsClient {
  override secure(raw: Duplex, serverName: string): Secured {
    return relayed(new Relay(raw, 'client'), (stream) => super.secure(stream, serverName));
  }
}

/** Makes the context of settings; returns the cause if a certificate or a key cannot be used. */
export function tlsContext(settings: TlsServerSettings | TlsClientSettings): TlsContext | Cause {
  try {
    return settings.role === 'server' ? new DenoTlsServer(settings) : new DenoTlsClient(settings);
  } catch (error) {
    return { ...causeOfThrown(error), kind: 'tls' };
  }
}

/** Begins a handshake over a relay. */
function relayed(relay: Relay, secure: (stream: Duplex) => Secured): Secured {
  const secured = secure(relay);
  const { socket } = secured;
  // Deno destroys the stream in a listener of its own.
  socket.prependOnceListener('finish', () => relay.over());
  socket.once('close', () => relay.destroy());
  // A TLS socket that is paused is read all the same, and its end is lost. A handshake is read also in a pause.
  const follow = (): void => {
    if (socket.isPaused()) relay.hold();
    socket.on('pause', () => relay.hold());
    socket.on('resume', () => setImmediate(() => socket.isPaused() || relay.release()));
  };
  return {
    socket,
    done: (told) =>
      secured.done((outcome) => {
        relay.secured();
        follow();
        told(outcome);
      }),
    flushed: (told) => relay.flushed(told),
  };
}
