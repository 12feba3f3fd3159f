import type { Factory } from 'couplet';
import type { Service, ServiceContext } from '../../src/application/service.ts';
import { LocalBus } from '../../src/fleet/local-bus.ts';
import { LocalPresence } from '../../src/fleet/local-presence.ts';
import { RecordingLog } from '../fleet/recording-log.ts';
import { VirtualReactor } from './virtual-reactor.ts';

/** What services get, with time that passes when the test says so. */
export class Scene {
  readonly time: VirtualReactor = new VirtualReactor();
  readonly log: RecordingLog = new RecordingLog();
  readonly context: ServiceContext;
  /** Who is told whether this process leads. */
  readonly followers: Set<(leads: boolean) => void | Promise<void>> = new Set();

  constructor(path = '') {
    const { log, followers } = this;
    const { reactor } = this.time;
    this.context = {
      reactor,
      log,
      settings: undefined,
      slot: 1,
      generation: 1,
      bus: new LocalBus(reactor),
      presence: new LocalPresence('1'),
      path,
      '~deployment': {
        logOf: () => log,
        settingsOf: () => ({}),
        guard: (_path: string, factory: Factory) => factory,
        listens: () => {},
        follow: (lead) => {
          followers.add(lead);
          return () => followers.delete(lead);
        },
      },
    };
  }

  /** Has this process lead or not. */
  async lead(leads: boolean): Promise<void> {
    await Promise.all([...this.followers].map((lead) => lead(leads)));
  }
}

/** A service that writes down what it does; each of its methods can be replaced. */
export function noting(notes: string[], name: string, methods: Partial<Service> = {}): Service {
  return {
    name,
    start: () => void notes.push(`+${name}`),
    stop: () => void notes.push(`-${name}`),
    ...methods,
  };
}

/** Never resolves. */
export function never(..._ignored: unknown[]): Promise<never> {
  return new Promise(() => {});
}
