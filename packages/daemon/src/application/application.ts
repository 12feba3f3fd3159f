import type { StandardSchemaV1 } from '@standard-schema/spec';
import { isStandardSchema } from '../configuration/settings.ts';
import type { Service } from './service.ts';
import { checkServices } from './service-list.ts';

/** Options of `application`. */
export interface ApplicationOptions<C extends StandardSchemaV1 | undefined = StandardSchemaV1 | undefined> {
  /** Checks the section `application` of the configuration, and makes of it what the services get: any Standard Schema. */
  readonly configuration?: C;
  /** Files of data, relative to the working directory: a change of one counts as a change of the code when it is reloaded. */
  readonly files?: readonly string[];
}

/** A list of services, or what makes it of the settings. It is made without starting anything, also to describe the application. */
export type Services<S> = readonly Service[] | ((settings: S) => readonly Service[] | Promise<readonly Service[]>);

/** An application: a name, and the services that it consists of. `application` makes it. */
export interface Application {
  /** What logs, the control socket and the keys of a ledger call it. */
  readonly name: string;
  /** Checks its settings; undefined if it takes them as they are. */
  readonly configuration: StandardSchemaV1 | undefined;
  /** Files whose change counts as one of its code. */
  readonly files: readonly string[];
  /**
   * Makes its services of settings that its schema has checked. Rejects with a `TypeError` if one is not a service, and with a
   * `RangeError` if two have the same name.
   */
  services(settings: unknown): Promise<readonly Service[]>;
}

const NAME = /^[A-Za-z0-9][\w.-]{0,62}$/;

class ServiceApplication implements Application {
  readonly name: string;
  readonly configuration: StandardSchemaV1 | undefined;
  readonly files: readonly string[];
  readonly #services: (settings: unknown) => readonly Service[] | Promise<readonly Service[]>;

  constructor(
    name: string,
    services: (settings: unknown) => readonly Service[] | Promise<readonly Service[]>,
    { configuration, files = [] }: ApplicationOptions,
  ) {
    this.name = name;
    this.configuration = configuration;
    this.files = files;
    this.#services = services;
  }

  async services(settings: unknown): Promise<readonly Service[]> {
    const services: unknown = await this.#services(settings);
    checkServices(services);
    return services;
  }
}

/**
 * Makes an application of services. With `options.configuration` the services get what that schema made of the section `application`
 * of the configuration; without it they get the section as it is, or undefined.
 *
 * The module that exports it by default is run by `coupletd run`, and by `main` also on its own.
 *
 * Throws a `RangeError` if the name is not 1 to 63 letters, digits, `-`, `_` and `.`, of which the first is a letter or digit, and a
 * `TypeError` if the schema is not a Standard Schema.
 */
export function application<C extends StandardSchemaV1>(
  name: string,
  services: Services<StandardSchemaV1.InferOutput<C>>,
  options: ApplicationOptions<C> & { readonly configuration: C },
): Application;
export function application(
  name: string,
  services: Services<unknown>,
  options?: ApplicationOptions<undefined>,
): Application;
export function application(name: string, services: Services<never>, options: ApplicationOptions = {}): Application {
  if (typeof name !== 'string' || !NAME.test(name))
    throw new RangeError(`the name '${name}' of the application is not 1 to 63 letters, digits, '-', '_' and '.'`);
  if (options.configuration !== undefined && !isStandardSchema(options.configuration))
    throw new TypeError(
      `the configuration of '${name}' is not a Standard Schema, as those of zod, valibot and arktype are`,
    );
  // The overloads see to it that the schema makes what the services take.
  const make = services as Services<unknown>;
  return new ServiceApplication(name, typeof make === 'function' ? make : () => make, options);
}

/** Whether something is an application, also one of another installed copy. */
export function isApplication(value: unknown): value is Application {
  if (typeof value !== 'object' || value === null) return false;
  return typeof Reflect.get(value, 'name') === 'string' && typeof Reflect.get(value, 'services') === 'function';
}
