import type { Result } from 'couplet';
import type { FramingError } from 'couplet/framing';
import { FrameReceiver, type PhaseTimeout, TimeoutMixin } from 'couplet/protocols';
import { type Answer, encode, refusal } from './answer.ts';
import { FrameStream } from './frame-stream.ts';
import { RequestDecoder, RequestError, type WebRequest } from './request.ts';
import { type Earlier, type FrameRequest, type Site, STREAM } from './site.ts';

/** How long a request may take to arrive, and how long a connection may wait for its next one, in milliseconds. */
const REQUEST_MS = 5000;
const IDLE_MS = 15_000;

const Receiver: abstract new () => FrameReceiver<WebRequest> & PhaseTimeout = TimeoutMixin(FrameReceiver<WebRequest>);

/** A connection of a browser: answers its requests one after the other, until it asks for a stream of frames. */
export class WebConnection extends Receiver {
  override readonly decoder: RequestDecoder = new RequestDecoder();
  readonly #site: Site;
  /** What single frames it asked for last. */
  #earlier: Earlier;
  #stream: FrameStream | undefined;
  /** It was answered, and nothing of its next request has come. */
  #rests = false;

  constructor(site: Site) {
    super();
    this.#site = site;
  }

  override connectionMade(): void {
    this.setTimeout(REQUEST_MS);
  }

  override dataReceived(data: Buffer): Result {
    if (this.#stream !== undefined) return;
    if (this.#rests) {
      this.#rests = false;
      this.setTimeout(REQUEST_MS);
    }
    return super.dataReceived(data);
  }

  override frameReceived(request: WebRequest): Result {
    // What follows a request for a stream, or one that is the last, is not looked at: the connection closes behind it.
    if (this.#stream !== undefined) return;
    this.setTimeout(null);
    const reply = this.#site.take(request, this.#earlier);
    if ('status' in reply) this.#answer(reply, request);
    else if (reply.stream) this.#begin(reply);
    else return this.#frame(reply, request);
  }

  override framingFailed(error: FramingError): void {
    this.#refuse(refusal(error instanceof RequestError ? error.status : 400, error.message));
  }

  override timeoutConnection(): void {
    if (this.#rests) this.transport.loseConnection();
    else this.#refuse(refusal(408, `no whole request has come within ${REQUEST_MS / 1000} s`));
  }

  /** Called before `connectionLost`, which waits for the peer: a stream has a place that others may need. */
  override leaving(): void {
    this.#stream?.end();
    this.#earlier?.viewer.close();
  }

  /** Answers with one frame. */
  async #frame({ viewer }: FrameRequest, request: WebRequest): Promise<void> {
    if (viewer !== this.#earlier?.viewer) {
      this.#earlier?.viewer.close();
      this.#earlier = { target: request.target, viewer };
    }
    try {
      this.#answer({ status: 200, type: 'application/json', body: await viewer.next(0) }, request);
    } catch (error) {
      this.#answer(refusal(500, error instanceof Error ? error.message : String(error)), request);
    }
  }

  #begin({ viewer, query }: FrameRequest): void {
    const { transport } = this;
    transport.write(encode(STREAM, { now: transport.clock.wallClock(), last: true }));
    this.#stream = new FrameStream(transport, viewer, () => this.#site.leave());
    this.#stream.start(query.every);
  }

  #answer(answer: Answer, { method, last }: WebRequest): void {
    const { transport } = this;
    const closes = last || answer.body === undefined;
    transport.write(encode(answer, { now: transport.clock.wallClock(), last: closes, bodiless: method === 'HEAD' }));
    if (closes) {
      transport.loseConnection();
      return;
    }
    this.#rests = this.heldBytes === 0;
    this.setTimeout(this.#rests ? IDLE_MS : REQUEST_MS);
  }

  #refuse(answer: Answer): void {
    const { transport } = this;
    transport.write(encode(answer, { now: transport.clock.wallClock(), last: true }));
    transport.loseConnection();
  }
}
