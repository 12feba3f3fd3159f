import type { X509Certificate as Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Cause } from '../../seam/cause.ts';
import type { TlsClientSettings, TlsContext, TlsIdentity, TlsServerSettings } from '../../seam/tls.ts';
import { crypto, tls } from '../node/late.ts';
import { contextOrCause, NodeTlsClient, NodeTlsServer, type Secured } from '../tls/context.ts';
import { Relay } from './relay.ts';

class DenoTlsServer extends NodeTlsServer {
  override secure(raw: Duplex): Secured {
    return relayed(new Relay(raw, 'server'), (stream) => super.secure(stream));
  }

  protected override checkKey(certificate: Certificate, identity: TlsIdentity): void {
    checkKey(certificate, identity);
  }

  /** Deno does not know wildcards when it looks for the name of a host in a certificate itself. */
  protected override covers(certificate: Certificate, name: string): boolean {
    return tls().checkServerIdentity(name, certificate.toLegacyObject()) === undefined;
  }

  /** Deno tells a code, which is empty if nothing is wrong, and if there is no certificate. */
  protected override wrongOf(socket: TLSSocket): Error | null {
    const error = super.wrongOf(socket);
    return error?.message === '' && socket.getPeerX509Certificate() !== undefined ? null : error;
  }
}

class DenoTlsClient extends NodeTlsClient {
  constructor(settings: TlsClientSettings) {
    super(settings);
    const { identity } = settings;
    if (identity !== undefined) checkKey(new (crypto().X509Certificate)(identity.cert), identity);
  }

  override secure(raw: Duplex, serverName: string): Secured {
    return relayed(new Relay(raw, 'client'), (stream) => super.secure(stream, serverName));
  }
}

/** Makes the context of settings; returns the cause if a certificate or a key cannot be used. */
export function tlsContext(settings: TlsServerSettings | TlsClientSettings): TlsContext | Cause {
  return contextOrCause(() => (settings.role === 'server' ? new DenoTlsServer(settings) : new DenoTlsClient(settings)));
}

/** Throws if the key of an identity is not that of its certificate: Deno finds that out only in a handshake. */
function checkKey(certificate: Certificate, { key, passphrase }: TlsIdentity): void {
  const privateKey = crypto().createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) });
  if (!certificate.checkPrivateKey(privateKey)) throw new Error('key values mismatch');
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
