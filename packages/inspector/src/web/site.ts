import type { FrameSource, FrameViewer } from '../values/frame-source.ts';
import type { FrameQuery } from '../values/query.ts';
import { readQuery } from '../values/read-query.ts';
import { type Answer, refusal } from './answer.ts';
import { checkCaller, checkToken, type GuardTerms } from './guard.ts';
import { PAGE, PAGE_POLICY } from './page.ts';
import type { WebRequest } from './request.ts';

/** How many streams of frames there are at a time. */
const MOST_VIEWERS = 4;

/** A request for frames of one who may have them. */
export interface FrameRequest {
  /** Whether it is for one frame after the other, and not for one. */
  readonly stream: boolean;
  readonly query: FrameQuery;
  readonly viewer: FrameViewer;
}

/** What a connection had asked for before: the same request goes on where that ended. */
export type Earlier = { readonly target: string; readonly viewer: FrameViewer } | undefined;

/** What is served: the page, and the frames of a source for those who may have them. Nothing can be changed by a request. */
export class Site {
  readonly #source: FrameSource;
  readonly #terms: GuardTerms;
  #viewers = 0;

  constructor(source: FrameSource, terms: GuardTerms) {
    this.#source = source;
    this.#terms = terms;
  }

  /** Answers a request, or returns what frames it is for. */
  take(request: WebRequest, earlier: Earlier): Answer | FrameRequest {
    const refused = checkCaller(request, this.#terms) ?? checkMethod(request);
    if (refused !== undefined) return refused;
    switch (request.path) {
      case '/':
        return {
          status: 200,
          type: 'text/html; charset=utf-8',
          body: PAGE,
          fields: { 'Content-Security-Policy': PAGE_POLICY },
        };
      case '/frame':
      case '/stream':
        return checkToken(request, this.#terms) ?? this.#frames(request, earlier);
      default:
        return refusal(404, 'there are /, /frame and /stream');
    }
  }

  /** A stream has ended. */
  leave(): void {
    this.#viewers -= 1;
  }

  #frames({ path, method, parameters, target }: WebRequest, earlier: Earlier): Answer | FrameRequest {
    const stream = path === '/stream';
    try {
      const query = readQuery(parameters);
      if (stream && method === 'HEAD') return STREAM;
      if (stream && this.#viewers >= MOST_VIEWERS)
        return refusal(503, `there are ${MOST_VIEWERS} viewers already: close one of them`);
      const viewer = !stream && target === earlier?.target ? earlier.viewer : this.#source.view(query, parameters);
      if (stream) this.#viewers += 1;
      return { stream, query, viewer };
    } catch (error) {
      if (error instanceof RangeError) return refusal(400, error.message);
      throw error;
    }
  }
}

/** The head of a stream of frames. */
export const STREAM: Answer = { status: 200, type: 'text/event-stream', body: undefined };

function checkMethod({ method }: WebRequest): Answer | undefined {
  const known = method === 'GET' || method === 'HEAD';
  return known
    ? undefined
    : refusal(405, 'there are GET and HEAD: nothing can be changed here', { Allow: 'GET, HEAD' });
}
