export {
  drawTimeline,
  TIMELINE_CLASS,
  type TimelineDrawing,
  type TimelineOptions,
} from '../timeline/drawing.ts';
export { timelineHTML } from '../timeline/html.ts';
export type {
  Lane,
  RecordedCallback,
  RecordedChunk,
  RecordedRun,
  Recording,
  Span,
  SpanKind,
} from '../timeline/recording.ts';
export { type Attributes, type Shape, toXML } from '../timeline/shape.ts';
export { DARK_COLOURS, LIGHT_COLOURS, TIMELINE_STYLES } from '../timeline/style.ts';
export { timelineSVG } from '../timeline/svg.ts';
export { type Trace, type TraceEvent, traceOf } from '../timeline/trace.ts';
export type { Language } from '../timeline/words.ts';
