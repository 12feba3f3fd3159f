import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import type { BackendUnderTest } from '../stage.ts';

/** R41: what a program takes from outside comes from the facets of its backend, of which each can be replaced. */
export function facetChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);

  suite.addBare('R41 a spread of a backend, or of one of its facets, leaves nothing behind', async (backend) => {
    const { clock, streams, names, surroundings } = { ...backend };
    for (const [name, facet] of Object.entries({ clock, streams, names, surroundings }))
      expectSame(inherited(facet), [], `the members of ${name} that it inherits`);
  });

  suite.addBare('R41 the members of a facet work without it', async ({ clock, surroundings }) => {
    const { now, alarm, defer, yield: yieldTo } = clock;
    const ran: string[] = [];
    const began = now();
    const rung = new Promise<void>((resolve) => {
      alarm(began + 1, resolve);
    });
    await new Promise<void>((resolve) => {
      yieldTo(() => {
        ran.push('yielded');
        resolve();
      });
      defer(() => ran.push('deferred'));
    });
    await rung;
    expect(now() > began, 'now() is the same after the alarm rang');
    expectSame(ran, ['deferred', 'yielded'], 'what ran');
    const { environment, catchSignals } = surroundings;
    expectSame(environment('COUPLET_A_NAME_THAT_NOBODY_SETS'), undefined, 'a variable that is not set');
    catchSignals(['SIGINT', 'SIGTERM'], () => {})();
  });

  return suite.checks;
}

/** What an object has from its class. */
function inherited(facet: object): string[] {
  const names: string[] = [];
  for (let at = Object.getPrototypeOf(facet); at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at))
    names.push(...Object.getOwnPropertyNames(at).filter((name) => name !== 'constructor'));
  return names;
}
