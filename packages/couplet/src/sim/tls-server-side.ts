import { TlsBreach } from './tls-breach.ts';
import type { SimSession, SimTlsServer } from './tls-context.ts';
import type { TlsMessage } from './tls-message.ts';
import {
  CERTIFICATE,
  CERTIFICATE_REQUEST,
  CLIENT_HELLO,
  ENCRYPTED_EXTENSIONS,
  FINISHED,
  NEW_SESSION_TICKET,
  SERVER_HELLO,
} from './tls-message.ts';
import type { Speaker, TlsSide } from './tls-side.ts';
import { infoOf, notDue, presentedIn } from './tls-side.ts';

/** The peer of a client that presented no certificate. */
const NOBODY = { peerCertificate: undefined, verified: false };

/** The server's side of a handshake (RFC 8446, section 2). */
export class ServerSide implements TlsSide {
  readonly #context: SimTlsServer;
  readonly #speaker: Speaker;
  /** The message that has to come next; undefined when no message has to. */
  #due: number | undefined = CLIENT_HELLO;
  #serverName = '';
  #alpn = '';
  #resumed = false;
  #client: Pick<SimSession, 'peerCertificate' | 'verified'> = NOBODY;

  constructor(context: SimTlsServer, speaker: Speaker) {
    this.#context = context;
    this.#speaker = speaker;
  }

  /** Does nothing: the client sends the first message. */
  begin(): void {}

  take(message: TlsMessage): void {
    if (message.type !== this.#due) throw notDue(message);
    if (message.type === CLIENT_HELLO) this.#greet(message.fields);
    else if (message.type === CERTIFICATE) this.#judge(message.fields);
    else this.#finish();
  }

  #greet([random = '', version, serverName = '', ticket = '', ...offered]: readonly string[]): void {
    const speaker = this.#speaker;
    if (version !== 'TLSv1.3')
      throw new TlsBreach('protocol_version', `the client speaks ${version}`, 'ERR_SSL_UNSUPPORTED_PROTOCOL');
    const { settings, sessions } = this.#context;
    this.#alpn = chosen(settings.alpn, offered);
    this.#serverName = serverName;
    const session = sessions.take(ticket);
    this.#resumed = session !== undefined;
    this.#client = session ?? NOBODY;
    const own = speaker.nonce();
    speaker.say(SERVER_HELLO, own, 'TLSv1.3', session?.ticket ?? '');
    speaker.protect(`${random}/${own}`);
    speaker.say(ENCRYPTED_EXTENSIONS, this.#alpn);
    const asks = settings.clientAuth !== 'none' && !this.#resumed;
    if (asks) speaker.say(CERTIFICATE_REQUEST);
    if (!this.#resumed) speaker.say(CERTIFICATE, this.#context.identityFor(serverName)?.pem ?? '');
    speaker.say(FINISHED);
    this.#due = asks ? CERTIFICATE : FINISHED;
  }

  #judge(fields: readonly string[]): void {
    const certificate = presentedIn(fields);
    if (certificate !== undefined) {
      const breach = this.#context.judge(certificate, this.#speaker.wallClock());
      if (breach !== undefined) throw breach;
      this.#client = { peerCertificate: certificate, verified: true };
    } else if (this.#context.settings.clientAuth === 'require') {
      const code = 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE';
      throw new TlsBreach('certificate_required', "the client's certificate: it presents none", code);
    }
    this.#due = FINISHED;
  }

  #finish(): void {
    this.#due = undefined;
    const ticket = this.#speaker.nonce();
    this.#context.sessions.add(ticket, { ...this.#client, ticket });
    this.#speaker.say(NEW_SESSION_TICKET, ticket);
    this.#speaker.secured(infoOf(this.#alpn, this.#serverName, this.#resumed, this.#client));
  }
}

/** The protocol that the server prefers among those offered; empty if one side does not have any. */
function chosen(own: readonly string[], offered: readonly string[]): string {
  if (own.length === 0 || offered.length === 0) return '';
  const protocol = own.find((one) => offered.includes(one));
  if (protocol !== undefined) return protocol;
  throw new TlsBreach(
    'no_application_protocol',
    'no application protocol in common',
    'ERR_SSL_NO_APPLICATION_PROTOCOL',
  );
}
