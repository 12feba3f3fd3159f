export type {
  Lane,
  RecordedCallback,
  RecordedChunk,
  RecordedRun,
  Recording,
  Span,
  SpanKind,
} from '../timeline/recording.ts';
