import type { Frame } from '../src/values/frame.ts';
import type { Memory } from './memory.ts';
import type { Settings } from './settings.ts';
import type { Tape } from './tape.ts';

/** What a view is given: the last frame, what is remembered of those before, and what the user has chosen. */
export interface ViewProps {
  readonly frame: Frame;
  readonly memory: Memory;
  readonly tape: Tape;
  readonly settings: Settings;
  readonly change: (changed: Partial<Settings>) => void;
}
