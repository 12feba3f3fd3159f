import type { Frame } from '../src/values/frame.ts';

/** How the page stands with its server. */
export type Link =
  | { readonly state: 'connecting' | 'live' | 'paused' | 'noToken' }
  /** What the server answered; `retryInMs` if it may change its mind. */
  | { readonly state: 'refused'; readonly sentence: string; readonly retryInMs?: number }
  | { readonly state: 'lost'; readonly retryInMs: number };

/** Who is told of frames, and of how the page stands with its server. */
interface Listener {
  frame(frame: Frame): void;
  link(link: Link): void;
}

/** The first wait before another attempt doubles each time, up to the longest. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** Frames of one query at a time, as server-sent events. `EventSource` cannot send a token: hence `fetch`. */
export class FrameStream {
  readonly #listener: Listener;
  readonly #token: string;
  #abort = new AbortController();

  constructor(listener: Listener, token: string) {
    this.#listener = listener;
    this.#token = token;
  }

  /** Asks for frames, and ends the stream before this one. */
  open(query: string): void {
    this.close();
    this.#abort = new AbortController();
    void this.#run(query, this.#abort.signal);
  }

  /** Ends the stream. */
  close(): void {
    this.#abort.abort();
  }

  async #run(query: string, signal: AbortSignal): Promise<void> {
    let wait = FIRST_WAIT_MS;
    while (!signal.aborted) {
      let link: Link = { state: 'lost', retryInMs: wait };
      try {
        const response = await fetch(`/stream?${query}`, {
          headers: { Authorization: `Bearer ${this.#token}` },
          cache: 'no-store',
          signal,
        });
        if (response.ok && response.body !== null) {
          await this.#read(response.body, () => {
            wait = FIRST_WAIT_MS;
          });
          link = { state: 'lost', retryInMs: wait };
        } else {
          const sentence = (await response.text()).trim() || `${response.status} ${response.statusText}`;
          // A viewer may leave; a wrong token or host stays wrong.
          const again = response.status === 429 || response.status >= 500;
          link = { state: 'refused', sentence, ...(again && { retryInMs: wait }) };
        }
      } catch {
        // Aborted, or the connection is lost: below.
      }
      if (signal.aborted) return;
      this.#listener.link(link);
      if (link.state === 'refused' && link.retryInMs === undefined) return;
      await delay(wait, signal);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  }

  /** Reads events until the stream ends. `began` is called at each frame. */
  async #read(body: ReadableStream<Uint8Array>, began: () => void): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      // An event ends at an empty line, which may have come in two parts.
      let from = Math.max(0, text.length - 1);
      text += decoder.decode(part.value, { stream: true });
      for (let end = text.indexOf('\n\n', from); end !== -1; end = text.indexOf('\n\n')) {
        const data = dataOf(text.slice(0, end));
        text = text.slice(end + 2);
        from = 0;
        if (data === '') continue;
        began();
        this.#listener.frame(JSON.parse(data));
      }
    }
  }
}

/** The data of an event: what its `data` lines hold. */
function dataOf(event: string): string {
  return event
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5))
    .join('\n')
    .trim();
}

/** Resolves after a while, or when it is not waited for any more. */
function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
