// Receives mail (SMTP, RFC 5321) over STARTTLS (RFC 3207), and keeps each message in a file. Lines of text are counted and copied as they
// come, so a message holds its own size and no more; only a line with a dot and nothing else, between two CRLF, ends it.
// Try it: swaks --server 127.0.0.1:8025 --to ada@localhost; with `8025 mail cert.pem key.pem` as arguments, also with --tls

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Factory, reactor, ServerTLS } from 'couplet';
import { limitConnections, limitPerPeer, timeoutAbsolute } from 'couplet/policies';
import { LineReceiver, TimeoutMixin } from 'couplet/protocols';

const [DOT, LF, CR] = [0x2e, 0x0a, 0x0d];

const GO_AHEAD = '220 go ahead';
const GOODBYE = '221 goodbye';
const TOO_LARGE = '552 the message is too large';
const MAX_FAULTS = 20;

/** A message that was received whole. */
export interface Message {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: Buffer;
}

/** `FROM:<ada@localhost> SIZE=1000`: the address, and the parameters. */
const SENDER = /^FROM: ?<(?:@[^:<>]*:)?([!-;=?-~]{0,254})>((?: [!-~]+)*)$/i;
const RECIPIENT = /^TO: ?<(?:@[^:<>]*:)?([!-;=?-~]{1,254})>$/i;

export class Mail extends TimeoutMixin(LineReceiver<MailFactory>) {
  override maxLength = 999; // RFC 5321, section 4.5.3.1.6: 998, and the dot before a line that begins with one
  /** What the client calls itself; empty until it has said so. */
  #client = '';
  #from: string | undefined;
  #to: string[] = [];
  /** The text, while it comes. */
  #text: Text | undefined;
  #faults = 0;
  #draining = false;

  override connectionMade() {
    this.setTimeout(this.factory.timeoutMs);
    this.sendLine(`220 ${this.factory.name} ESMTP`);
  }

  override lineReceived(line: Buffer) {
    this.resetTimeout();
    if (this.#text !== undefined) return this.#textReceived(line, this.#text);
    const [, verb = '', rest = ''] = /^(\S*) ?(.*)$/s.exec(line.toString('latin1').trimEnd()) ?? [];
    this.#reply(this.#execute(verb.toUpperCase(), rest));
  }

  override lineLengthExceeded() {
    if (this.#text === undefined) this.#reply('500 line too long');
    else this.#text.refusal ??= '500 a line of the message is too long'; // what follows of it is received
  }

  override timeoutConnection() {
    this.#leave('421 timeout');
  }

  override handshakeCompleted() {
    this.#client = ''; // what was said in clear may be an attacker's (RFC 3207, section 4.2)
    this.#reset();
  }

  override draining() {
    this.#draining = true;
    this.#leaveIfDone();
  }

  #reply(reply: string): void {
    this.sendLine(reply);
    if (/^[45]/.test(reply)) this.#faults += 1;
    if (this.#faults === MAX_FAULTS) this.#leave('421 too many mistakes');
    if (reply === GOODBYE) this.transport.loseConnection();
    // What the client has sent in clear after this command is passed to TLS, which refuses it: it is never read as a command.
    if (reply === GO_AHEAD && this.factory.tls !== undefined) this.transport.startTLS(this.factory.tls);
    this.#leaveIfDone();
  }

  /** Does what a command says, and returns the reply. */
  #execute(verb: string, rest: string): string {
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        return this.#greet(verb, rest);
      case 'STARTTLS':
        if (this.factory.tls === undefined) return '502 there is no certificate';
        if (this.transport.tls !== undefined) return '503 TLS is on already';
        return rest === '' ? GO_AHEAD : '501 STARTTLS takes no argument';
      case 'MAIL':
        return this.#begin(rest);
      case 'RCPT':
        return this.#addRecipient(rest);
      case 'DATA':
        if (rest !== '') return '501 DATA takes no argument';
        if (this.#to.length === 0) return '503 RCPT first';
        this.#text = new Text(this.factory.maxBytes);
        return '354 end with a line that has a dot only';
      case 'RSET':
        this.#reset();
        return '250 forgotten';
      case 'NOOP':
        return '250 done';
      case 'VRFY':
        return '252 send it, and see';
      case 'QUIT':
        return GOODBYE;
      default:
        return '500 the commands are EHLO, HELO, STARTTLS, MAIL, RCPT, DATA, RSET, NOOP, VRFY and QUIT';
    }
  }

  #greet(verb: string, client: string): string {
    if (!/^[!-~]{1,255}$/.test(client)) return `501 ${verb} and your name`;
    this.#client = client;
    this.#reset();
    const { name, maxBytes, tls } = this.factory;
    if (verb === 'HELO') return `250 ${name}`;
    const offer = tls !== undefined && this.transport.tls === undefined ? '250-STARTTLS\r\n' : '';
    return `250-${name}\r\n250-PIPELINING\r\n250-8BITMIME\r\n${offer}250 SIZE ${maxBytes}`;
  }

  #begin(rest: string): string {
    const [, from, parameters = ''] = SENDER.exec(rest) ?? [];
    if (this.#client === '') return '503 EHLO first';
    if (this.#from !== undefined) return '503 there is a sender already';
    if (from === undefined) return '501 MAIL FROM:<address>';
    const unknown = parameters.split(' ').find((one) => !/^(?:|BODY=(?:7BIT|8BITMIME)|SIZE=\d{1,20})$/i.test(one));
    if (unknown !== undefined) return `555 ${unknown} is not known here`;
    if (Number(/SIZE=(\d+)/i.exec(parameters)?.[1] ?? 0) > this.factory.maxBytes) return TOO_LARGE;
    this.#from = from;
    return '250 go on';
  }

  #addRecipient(rest: string): string {
    const [, to = ''] = RECIPIENT.exec(rest) ?? [];
    if (this.#from === undefined) return '503 MAIL first';
    if (to === '') return '501 RCPT TO:<address>';
    if (this.#to.length === this.factory.maxRecipients) return '452 too many recipients';
    if (!this.factory.accepts(to)) return '550 there is no such mailbox';
    this.#to.push(to);
    return '250 go on';
  }

  /** A line of the message; a dot that the client put before a dot is taken away (RFC 5321, section 4.5.2). */
  #textReceived(line: Buffer, text: Text): Promise<void> | undefined {
    if (line[0] !== DOT) text.add(line);
    else if (line.length > 1) text.add(line.subarray(1));
    else return this.#deliver(text);
  }

  async #deliver(text: Text): Promise<void> {
    this.setTimeout(null); // the time that this takes is not the client's
    const [from = '', to] = [this.#from, this.#to];
    let reply = text.refusal;
    try {
      if (reply === undefined) await this.factory.deliver({ from, to, text: text.whole(this.#trace()) });
    } catch (error) {
      console.error(error);
      reply = '451 it cannot be kept now';
    }
    this.setTimeout(this.factory.timeoutMs);
    this.#text = undefined;
    this.#reset();
    this.#reply(reply ?? '250 delivered');
  }

  /** The trace that each receiver puts before a message (RFC 5321, section 4.4). */
  #trace(): string {
    const { transport, factory } = this;
    const peer = transport.getPeer();
    const date = new Date(transport.clock.wallClock()).toUTCString().replace('GMT', '+0000');
    const how = transport.tls === undefined ? 'ESMTP' : 'ESMTPS';
    const address = 'host' in peer ? `[${peer.family === 'IPv6' ? 'IPv6:' : ''}${peer.host}]` : 'local';
    const from = `${this.#client} (${address})`;
    return `Return-Path: <${this.#from}>\r\nReceived: from ${from}\r\n by ${factory.name} with ${how}; ${date}\r\n`;
  }

  #reset(): void {
    this.#from = undefined;
    this.#to = [];
  }

  /** While the port drains, a connection ends where no message has begun. */
  #leaveIfDone(): void {
    if (this.#draining && this.#from === undefined && this.heldBytes === 0) this.#leave('421 closing');
  }

  #leave(reply: string): void {
    this.sendLine(reply);
    this.transport.loseConnection();
  }
}

/** The text of a message as it comes. It takes at most three times its size while it grows, however short its lines are. */
class Text {
  /** What is wrong with the message: it is received to its end, and not kept. */
  refusal: string | undefined;
  readonly #maxBytes: number;
  #bytes: Buffer = Buffer.allocUnsafe(4096);
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(line: Buffer): void {
    const size = this.#size + line.length + 2;
    if (size > this.#maxBytes) this.refusal ??= TOO_LARGE;
    // Some servers take `LF . LF` for the end of a message: what follows it would be another one to them.
    else if (line.includes(LF) || line.includes(CR)) this.refusal ??= '550 the message has a CR or LF alone';
    if (this.refusal !== undefined) return;
    if (size > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * size);
      larger.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = larger;
    }
    this.#bytes.set(line, this.#size);
    this.#bytes.write('\r\n', size - 2);
    this.#size = size;
  }

  whole(trace: string): Buffer {
    return Buffer.concat([Buffer.from(trace), this.#bytes.subarray(0, this.#size)]);
  }
}

export class MailFactory extends Factory {
  override protocol = Mail;
  /** What the server calls itself; it takes mail for this domain. */
  name = 'localhost';
  tls: ServerTLS | undefined;
  maxBytes = 5_000_000;
  maxRecipients = 100;
  /** How long a client may take for a line. */
  timeoutMs = 300_000;
  /** Resolves when the message is kept. */
  readonly deliver: (message: Message) => Promise<void>;

  constructor(deliver: (message: Message) => Promise<void>) {
    super();
    this.deliver = deliver;
  }

  accepts(address: string): boolean {
    const [, domain = this.name] = /@(.*)$/.exec(address) ?? [];
    const here = domain.toLowerCase() === this.name.toLowerCase();
    return here && (address.includes('@') || address.toLowerCase() === 'postmaster');
  }
}

/** A folder with a file for each message: it is there whole, or not at all. */
export class Mailbox {
  readonly #folder: string;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async keep({ text }: Message): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    this.#count += 1;
    const file = join(this.#folder, `${Date.now()}-${process.pid}-${this.#count}.eml`);
    await writeFile(`${file}.part`, text, { flush: true });
    await rename(`${file}.part`, file);
  }
}

/** The receiver with the limits and deadlines that a server on a network needs. */
export function guardedMail(factory: MailFactory, { max = 50, maxPerPeer = 10, timeoutMs = 3_600_000 } = {}) {
  const message = '421 too many connections\r\n';
  const one = limitPerPeer(timeoutAbsolute(factory, { timeoutMs }), { max: maxPerPeer, message });
  return limitConnections(one, { max, message });
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const [, , number = 8025, folder = 'mail', cert, key] = process.argv;
  const mailbox = new Mailbox(folder);
  const factory = new MailFactory((message) => mailbox.keep(message));
  if (cert !== undefined && key !== undefined)
    factory.tls = await ServerTLS.from(async () => ({ cert: await readFile(cert), key: await readFile(key) }));
  const port = await reactor.listenTCP(Number(number), guardedMail(factory), { interface: '127.0.0.1' });
  console.log(`Mail for ${factory.name} on ${port.getHost().authority}, kept in ${folder}`);
  await reactor.run({ drainTimeoutMs: 10_000 });
}
