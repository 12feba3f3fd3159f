// What an application infers of its schema, and what services refuse. Compiled, never run.
import { Factory, Protocol } from 'couplet';
import * as v from 'valibot';
import {
  application,
  ClientService,
  type Log,
  MultiService,
  type Plugin,
  type Service,
  type ServiceContext,
  StreamServerService,
  TimerService,
} from '../../src/entry/coupletd.ts';

const Settings = v.object({ delay: v.optional(v.number(), 1), name: v.pipe(v.string(), v.transform(Number)) });

class Client extends Protocol {
  readonly poem: string = 'a poem';
}

export const inferred = application(
  'poetry',
  (settings) => {
    const made: { delay: number; name: number } = settings;
    // @ts-expect-error the schema has made a number of it
    const text: string = settings.name;
    // @ts-expect-error the schema does not have it
    const other = settings.other;
    return [`${made.delay}${text}${other}`].map((name) => new MultiService(name, []));
  },
  { configuration: Settings },
);

export const unchecked = application('poetry', (settings) => {
  // @ts-expect-error without a schema nothing is known of the settings
  const name: string = settings.name;
  return [new MultiService(name, [])];
});

export const refused = [
  // @ts-expect-error the schema makes a number of the name
  application('poetry', (_settings: { name: string }) => [], { configuration: Settings }),
  // @ts-expect-error without a schema nothing is known of the settings
  application('poetry', (_settings: { delay: number }) => []),
  // @ts-expect-error a factory is no service
  application('poetry', [Factory.forProtocol(Protocol)]),
  // @ts-expect-error an object is no schema
  application('poetry', [], { configuration: { delay: 'number' } }),
  // @ts-expect-error a service is one name, not many
  new MultiService(['a'], []),
  // @ts-expect-error a timer needs its time
  new TimerService('tidy', {}, () => {}),
  // @ts-expect-error it runs in every process or in one
  new TimerService('tidy', { everyMs: 1, where: 'two' }, () => {}),
  // @ts-expect-error a protocol is no factory
  new StreamServerService('slow', 'tcp:1', Protocol),
  // @ts-expect-error the service decides how often it tries
  new ClientService('cache', 'tcp:cache:6379', () => new Client(), { maxRetries: 3 }),
];

export async function connected(): Promise<string> {
  const client = new ClientService('cache', 'tcp:cache:6379', () => new Client(), { required: true });
  // @ts-expect-error it is the class that the function builds
  (await client.whenConnected()).song;
  return (await client.whenConnected()).poem;
}

/** A service may be synchronous in all it does. */
export class Small implements Service {
  readonly name = 'small';
  log: Log | undefined;
  start({ log, settings }: ServiceContext): void {
    this.log = log;
    // @ts-expect-error nothing is known of the settings here
    settings.delay;
  }
  stop(signal: AbortSignal): void {
    signal.throwIfAborted();
  }
}

export const plugin: Plugin = {
  options: (command) => void command.option('--delay <S>'),
  application: (_options, words) => {
    // @ts-expect-error the words cannot be changed
    words.push('more');
    return inferred;
  },
};
