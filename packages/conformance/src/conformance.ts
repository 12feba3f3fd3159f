export { barePair, Ear } from './bare-pair.ts';
export type { Check } from './check.ts';
export { checkBackend } from './check-backend.ts';
export type { BackendUnderTest, Link } from './stage.ts';
