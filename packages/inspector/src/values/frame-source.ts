import type { FrameQuery } from './query.ts';

/** Where frames come from: a reactor of this process, or one of another. */
export interface FrameSource {
  /**
   * Begins to look. `parameters` are those of the request, for a source that has several processes to choose from. Throws a `RangeError`
   * if one of them is wrong; the message is for the one who asks.
   */
  view(query: FrameQuery, parameters: URLSearchParams): FrameViewer;
}

/** One who looks: rates, events and the timeline of a frame are those since its last one. */
export interface FrameViewer {
  /**
   * Resolves to the next frame, a `Frame` as JSON in one line. `dropped` is how many the viewer has missed before it. Rejects with an
   * `Error` if there can be no frame any more.
   */
  next(dropped: number): Promise<string>;
  /** Ends it. */
  close(): void;
}
