export { barePair, Ear } from './bare-pair.ts';
export type { Check } from './check.ts';
export { checkBackend } from './check-backend.ts';
export type { ProcessPart } from './process-actor.ts';
export { ProcessActor } from './process-actor.ts';
export type { BackendUnderTest, Behaviour, Link } from './stage.ts';
