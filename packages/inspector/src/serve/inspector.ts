import type { Address, ListeningPort, Reactor, Trigger } from 'couplet';
import { type PrivateFile, writePrivate } from '../surroundings/private-file.ts';
import { randomHex } from '../surroundings/random.ts';
import { onTerminal } from '../surroundings/terminal.ts';
import type { FrameSource } from '../values/frame-source.ts';
import { frames } from '../watch/frames.ts';
import { webFactory } from '../web/factory.ts';
import { type GuardTerms, isHost } from '../web/guard.ts';
import { type InspectorPlace, readPlace } from './inspector-place.ts';
import type { InspectorOptions } from './options.ts';

/** The most bytes that are held for a viewer: two frames, with what they have of payload. */
const MOST_HELD = 256 * 1024;

/** An inspector that is served. Disposing of it (`await using`) calls `close`. */
export interface Inspector extends AsyncDisposable {
  /**
   * Where it is: a URL with the token behind `#`, which a browser does not send, or `unix:` and the path of the socket. All who have the
   * token can look, so print it on a terminal only.
   */
  readonly url: string;
  /**
   * A line for the user: the URL if standard error is a terminal, and else, so that the token is not in a log, the name of a file that has
   * it. The first time this is read it writes that file, with mode 600; `close` deletes it, and after that there is no address to tell.
   */
  readonly notice: string;
  /** Ends its connections and listens no more. Resolves when that is done. The stop of the reactor does it too. */
  close(): Promise<void>;
}

/**
 * Serves what a reactor does to browsers, and to `couplet-top`: on a reactor of its own on the same event loop, so that it does not show
 * itself. Resolves once it listens. It is closed after the shutdown of the reactor.
 *
 * Others than the user of this machine cannot use it: it listens on loopback or on a UNIX socket of mode 600, a browser needs the token of
 * `url`, and pages of other origins get nothing.
 *
 * Rejects with an `Error` if `listen` is a place that others can reach, unless `allowRemote` is true, it is a `tls:` endpoint and has one of `allowedHosts`; with an
 * `EndpointSyntaxError` if it is not a server description, with a `CannotListenError` if the system refuses, and with a `RangeError` if
 * `token` could be guessed or `allowedHosts` has what is not a host.
 */
export async function serveInspector(reactor: Reactor, options: InspectorOptions = {}): Promise<Inspector> {
  const place = readPlace(options);
  const token = place.path === undefined ? tokenOf(options) : undefined;
  const terms: GuardTerms = { scheme: place.secure ? 'https' : 'http', token, hosts: hostsOf(options) };
  const own = reactor.sibling();
  const { source, end } = sourceOf(reactor, own, options);
  const inspector = new ServedInspector(reactor, end);
  try {
    const port = await place.endpoint(own).listen(webFactory(source, terms), { maxWriteBufferBytes: MOST_HELD });
    await inspector.open(port, urlOf(place, port.getHost(), token));
    return inspector;
  } catch (error) {
    await inspector.close();
    throw error;
  }
}

class ServedInspector implements Inspector {
  readonly #reactor: Reactor;
  readonly #trigger: Trigger;
  readonly #end: () => void;
  #port: ListeningPort | undefined;
  #url = '';
  #file: PrivateFile | undefined;
  #closed: Promise<void> | undefined;

  /** `end` is called when it is closed, as it is after the shutdown of the reactor. */
  constructor(reactor: Reactor, end: () => void) {
    this.#reactor = reactor;
    this.#end = end;
    this.#trigger = reactor.addSystemEventTrigger('after', 'shutdown', () => void this.close());
  }

  get url(): string {
    return this.#url;
  }

  get notice(): string {
    if (this.#closed !== undefined) return 'inspector: closed';
    if (onTerminal() || !this.#url.includes('#')) return `inspector: ${this.#url}`;
    this.#file ??= writePrivate('couplet-inspector', `${this.#url}\n`);
    return `inspector: the file ${this.#file.path} has its address`;
  }

  /** It listens. Throws an `Error` if the reactor has stopped meanwhile. */
  async open(port: ListeningPort, url: string): Promise<void> {
    this.#port = port;
    this.#url = url;
    if (this.#closed === undefined) return;
    await port.stopListening();
    throw new Error('the reactor stopped before its inspector listened');
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends at once what can be: a reactor that has stopped does not wait for it. */
  async #close(): Promise<void> {
    this.#reactor.removeSystemEventTrigger(this.#trigger);
    this.#end();
    const stopped = this.#port?.stopListening();
    for (const transport of [...(this.#port?.connections ?? [])]) transport.abortConnection();
    this.#file?.remove();
    await stopped;
  }
}

/** What is shown, and what ends it if it was made for that. */
function sourceOf(
  reactor: Reactor,
  own: Reactor,
  { source, payload = false }: InspectorOptions,
): { source: FrameSource; end(): void } {
  if (source !== undefined) return { source, end: () => {} };
  const made = frames(reactor, { clock: own, payload });
  return { source: made, end: () => made.close() };
}

function hostsOf({ allowedHosts = [] }: InspectorOptions): ReadonlySet<string> {
  for (const host of allowedHosts)
    if (!isHost(host)) throw new RangeError(`allowedHosts has '${host}', which is not a host such as 'app.example'`);
  return new Set(allowedHosts.map((host) => host.toLowerCase()));
}

function tokenOf({ token = randomHex(16) }: InspectorOptions): string {
  if (!/^[\w-]{16,}$/.test(token)) throw new RangeError('token is not at least 16 letters, digits, - and _');
  return token;
}

function urlOf({ path, host, secure }: InspectorPlace, address: Address, token: string | undefined): string {
  if (path !== undefined) return `unix:${path}`;
  const port = 'port' in address ? address.port : 0;
  return `${secure ? 'https' : 'http'}://${host}:${port}/#token=${token}`;
}
