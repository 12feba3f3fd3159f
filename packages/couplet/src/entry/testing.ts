export type { Check } from '../testing/check.ts';
export { checkBackend } from '../testing/check-backend.ts';
export type { Venue } from '../testing/stage.ts';
