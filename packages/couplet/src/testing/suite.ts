import type { Check } from './check.ts';
import type { Medium, Venue } from './stage.ts';
import { Stage } from './stage.ts';
import { ValveBackend } from './valve.ts';

/** The checks of a file, each a scene on a stage of its own. */
export class Programme {
  readonly checks: Check[] = [];
  readonly #venue: Venue;

  constructor(venue: Venue) {
    this.#venue = venue;
  }

  add(name: string, scene: (stage: Stage) => Promise<void>): void {
    this.checks.push({ name, run: () => Stage.play(this.#venue, scene) });
  }

  /** Adds one check for each medium that the venue has. */
  addEach(name: string, scene: (stage: Stage, medium: Medium) => Promise<void>): void {
    this.addClear(name, scene);
    if (this.#venue.tls !== undefined) this.add(`${name} (tls)`, (stage) => scene(stage, 'tls'));
  }

  /** The same without TLS, which would make something else of it. */
  addClear(name: string, scene: (stage: Stage, medium: Medium) => Promise<void>): void {
    const media: Medium[] = this.#venue.unixPath === undefined ? ['tcp'] : ['tcp', 'unix'];
    for (const medium of media) this.add(`${name} (${medium})`, (stage) => scene(stage, medium));
  }

  /** Adds a check whose wires have valves. */
  addValved(name: string, scene: (stage: Stage, valves: ValveBackend) => Promise<void>): void {
    const venue = this.#venue;
    const run = (): Promise<void> => {
      const valves = new ValveBackend(venue.backend());
      return Stage.play({ ...venue, backend: () => valves }, (stage) => scene(stage, valves));
    };
    this.checks.push({ name, run });
  }
}
