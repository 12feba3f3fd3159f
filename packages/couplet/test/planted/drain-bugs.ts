import type { Bug, Test } from './bug.ts';

const rule = (name: string): Test => ({ file: 'sim/sim-backend.test.ts', name });

/** Draining a port, and a reactor. */
export const DRAIN_BUGS: readonly Bug[] = [
  {
    name: 'a drain that stops the factory while a verdict is awaited',
    file: 'reactor/port.ts',
    text: '    await this.#admission.decided();\n',
    instead: '',
    test: rule('R49 who waits for a verdict is let through'),
  },
  {
    name: 'a drain of which those that come later are not told',
    file: 'reactor/port.ts',
    text: '    drain?.joined(connection);\n',
    instead: '    if (drain === undefined) this.drain?.joined(connection);\n',
    test: rule('R49 who waits for a verdict is let through'),
  },
  {
    name: 'a drain that leaves who is undecided when its time is up',
    file: 'reactor/port.ts',
    text: '      this.#refuse();\n      void',
    instead: '      void',
    test: rule('R49 who is not decided when the time is up is refused'),
  },
  {
    name: 'a drain of which the protocols are not told',
    file: 'reactor/drain.ts',
    text: 'this.#engine.schedule({',
    instead: 'void ({',
    test: rule('R49 a drain tells each protocol once'),
  },
  {
    name: 'a drain that counts whom it ended as closed',
    file: 'engine/connections.ts',
    text: '    this.ended ??= this.size;\n    super.quit(bounds, why);',
    instead: '    super.quit(bounds, why);',
    test: rule('R50 when the time is up, who has nothing unsent gets an end in order'),
  },
  {
    name: 'a promise of draining that pauses the reading',
    file: 'engine/calls.ts',
    text: 'if (isThenable(result)) promiseOf(result).catch(',
    instead:
      'if (isThenable(result)) this.await(where, result);\n      if (isThenable(result)) promiseOf(result).catch(',
    test: rule('R49 a promise that draining returns pauses nothing'),
  },
  {
    name: 'a drain that a copy of its signal ends',
    file: 'reactor/reactor.ts',
    text: '>= COPY_MS',
    instead: '>= COPY_MS - COPY_MS',
    test: rule('R49 a second signal within 250 ms'),
  },
  {
    name: 'a drain after which the reactor waits for its connections again, though a second signal came',
    file: 'reactor/reactor.ts',
    text: '        this.#life.signal();\n',
    instead: "        if (this.#life.state === 'running') this.#life.signal();\n",
    test: rule('R49 R50 a later one ends the drain'),
  },
  {
    name: 'a drain during which a port opens',
    file: 'reactor/ports.ts',
    text: 'this.#draining = true;',
    instead: 'this.#draining = false;',
    test: rule('R49 while it drains timers and attempts go on'),
  },
];
