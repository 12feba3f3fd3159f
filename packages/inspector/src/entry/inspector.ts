export type { Inspector } from '../serve/inspector.ts';
export { serveInspector } from '../serve/inspector.ts';
export type { InspectorOptions } from '../serve/options.ts';
export type {
  Chosen,
  Descriptors,
  Frame,
  InspectorEvent,
  LaneSlice,
  Passed,
  PortFrame,
  ProcessChoice,
  Rates,
  Row,
  TimelineSlice,
} from '../values/frame.ts';
export type { FrameSource, FrameViewer } from '../values/frame-source.ts';
export type { FrameQuery, SortKey, ViewName } from '../values/query.ts';
export { DEFAULT_QUERY, SORT_KEYS, VIEW_NAMES } from '../values/query.ts';
export { readQuery, writeQuery } from '../values/read-query.ts';
export type { Frames, FramesOptions } from '../watch/frames.ts';
export { frames } from '../watch/frames.ts';
