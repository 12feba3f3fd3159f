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
export { DEFAULT_QUERY } from '../values/query.ts';
