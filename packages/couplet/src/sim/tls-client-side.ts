import { familyOf } from '../address/literal.ts';
import { TlsBreach } from './tls-breach.ts';
import type { SimSession, SimTlsClient } from './tls-context.ts';
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

/** The client's side of a handshake (RFC 8446, section 2). */
export class ClientSide implements TlsSide {
  readonly #context: SimTlsClient;
  readonly #serverName: string;
  readonly #speaker: Speaker;
  /** The name that is asked for; empty for an address (RFC 6066, section 3). */
  readonly #asked: string;
  readonly #random: string;
  /** The messages that may come next. */
  #due: readonly number[] = [SERVER_HELLO];
  /** The session that is resumed, or else the one that this handshake makes. */
  #session: SimSession | undefined;
  #resumed = false;
  #alpn = '';
  /** Whether the server asks for a certificate. */
  #requested = false;

  constructor(context: SimTlsClient, serverName: string, speaker: Speaker) {
    this.#context = context;
    this.#serverName = serverName;
    this.#speaker = speaker;
    this.#asked = familyOf(serverName) === undefined ? serverName : '';
    this.#random = speaker.nonce();
  }

  begin(): void {
    this.#session = this.#context.sessions.take(this.#serverName);
    const ticket = this.#session?.ticket ?? '';
    this.#speaker.say(CLIENT_HELLO, this.#random, 'TLSv1.3', this.#asked, ticket, ...this.#context.settings.alpn);
  }

  take(message: TlsMessage): void {
    const { type, fields } = message;
    if (!this.#due.includes(type)) throw notDue(message);
    switch (type) {
      case SERVER_HELLO:
        this.#greeted(fields);
        break;
      case ENCRYPTED_EXTENSIONS:
        this.#agree(fields);
        break;
      case CERTIFICATE_REQUEST:
        this.#requested = true;
        this.#due = [CERTIFICATE];
        break;
      case CERTIFICATE:
        this.#judge(fields);
        break;
      case FINISHED:
        this.#finish();
        break;
      case NEW_SESSION_TICKET:
        this.#remember(fields);
        break;
    }
  }

  #greeted([random = '', version, ticket = '']: readonly string[]): void {
    if (version !== 'TLSv1.3') throw new TlsBreach('protocol_version', `the server speaks ${version}`);
    this.#resumed = ticket !== '';
    if (this.#resumed && ticket !== this.#session?.ticket)
      throw new TlsBreach('illegal_parameter', 'the server resumes a session that was not offered');
    this.#speaker.protect(`${this.#random}/${random}`);
    this.#due = [ENCRYPTED_EXTENSIONS];
  }

  #agree([alpn = '']: readonly string[]): void {
    if (alpn !== '' && !this.#context.settings.alpn.includes(alpn))
      throw new TlsBreach('illegal_parameter', `the server chose ${alpn}, which was not offered`);
    this.#alpn = alpn;
    this.#due = this.#resumed ? [FINISHED] : [CERTIFICATE_REQUEST, CERTIFICATE];
  }

  #judge(fields: readonly string[]): void {
    const certificate = presentedIn(fields);
    if (certificate === undefined) throw new TlsBreach('decode_error', 'the server presents no certificate');
    const breach = this.#context.judge(certificate, this.#serverName, this.#speaker.wallClock());
    if (breach !== undefined && this.#context.settings.verify) throw breach;
    this.#session = { ticket: '', peerCertificate: certificate, verified: breach === undefined };
    this.#due = [FINISHED];
  }

  #finish(): void {
    if (this.#requested) this.#speaker.say(CERTIFICATE, this.#context.identity?.pem ?? '');
    this.#speaker.say(FINISHED);
    this.#due = [NEW_SESSION_TICKET];
    const session = this.#session ?? { peerCertificate: undefined, verified: false };
    this.#speaker.secured(infoOf(this.#alpn, this.#asked, this.#resumed, session));
  }

  #remember([ticket = '']: readonly string[]): void {
    const { peerCertificate, verified = false } = this.#session ?? {};
    this.#context.sessions.add(this.#serverName, { ticket, peerCertificate, verified });
  }
}
