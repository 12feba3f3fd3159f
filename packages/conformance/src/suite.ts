import type { Check } from './check.ts';
import type { BackendUnderTest, Link } from './stage.ts';
import { Stage } from './stage.ts';
import { ValveBackend } from './valve.ts';

/** The checks of a file, each a scene on a stage of its own. */
export class Suite {
  readonly checks: Check[] = [];
  readonly #underTest: BackendUnderTest;

  constructor(underTest: BackendUnderTest) {
    this.#underTest = underTest;
  }

  add(name: string, scene: (stage: Stage) => Promise<void>): void {
    this.checks.push({ name, run: () => Stage.play(this.#underTest, scene) });
  }

  /** Adds one check for each link that the backend under test has. */
  addEach(name: string, scene: (stage: Stage, link: Link) => Promise<void>): void {
    this.addClear(name, scene);
    if (this.#underTest.tls !== undefined) this.add(`${name} (tls)`, (stage) => scene(stage, 'tls'));
  }

  /** Adds one check for each link without TLS, where TLS would change the outcome. */
  addClear(name: string, scene: (stage: Stage, link: Link) => Promise<void>): void {
    const links: Link[] = this.#underTest.unixPath === undefined ? ['tcp'] : ['tcp', 'unix'];
    for (const link of links) this.add(`${name} (${link})`, (stage) => scene(stage, link));
  }

  /** Adds a check whose wires have valves. */
  addValved(name: string, scene: (stage: Stage, valves: ValveBackend) => Promise<void>): void {
    const underTest = this.#underTest;
    const run = (): Promise<void> => {
      const valves = new ValveBackend(underTest.backend());
      return Stage.play({ ...underTest, backend: () => valves }, (stage) => scene(stage, valves));
    };
    this.checks.push({ name, run });
  }
}
