import { type BuildFunction, factoryFrom } from '../protocol/build-function.ts';
import { CannotListenError } from '../protocol/errors.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/port.ts';
import type { PortOptions } from '../reactor/options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import type { Surroundings } from '../seam/surroundings.ts';
import { checkWord } from '../values/checks.ts';
import type { ServerEndpoint } from './server-endpoints.ts';
import { type SystemdSocket, systemdKey } from './server-place.ts';

/** The first descriptor that a service manager passes; those before it are standard input, output and error. */
const FIRST = 3;

/** The descriptors that the service manager opened for this process, as its environment lists them (sd_listen_fds(3)). */
export class ListenFDs {
  /** The names of the descriptors, in their order; `unknown` where the manager gave none. */
  readonly names: readonly string[];

  /** Throws an `Error` that names the variable if no descriptors were passed, or if they are for another process. */
  constructor(surroundings: Pick<Surroundings, 'pid' | 'environment'>) {
    const pid = surroundings.environment('LISTEN_PID');
    if (pid === undefined) throw new Error('nothing was passed to this process: LISTEN_PID is not set');
    if (pid !== String(surroundings.pid))
      throw new Error(`the descriptors are for another process: LISTEN_PID is '${pid}', not ${surroundings.pid}`);
    const count = surroundings.environment('LISTEN_FDS') ?? '';
    if (!/^\d{1,6}$/.test(count)) throw new Error(`LISTEN_FDS is '${count}', not a number`);
    const names = surroundings.environment('LISTEN_FDNAMES')?.split(':') ?? [];
    this.names = Array.from({ length: Number(count) }, (_, at) => names[at] ?? 'unknown');
  }

  /** Returns the descriptor with that name, that index, or that index among those with the name. Throws an `Error` unless there is one. */
  find(name: string | undefined, index: number | undefined): number {
    const all = this.names.map((one, at) => ({ name: one, fd: FIRST + at }));
    const found = all.filter((one) => name === undefined || one.name === name);
    const whose = name === undefined ? 'were passed' : `are named '${name}'`;
    const passed = `those passed: ${this.names.join(', ') || 'none'}`;
    if (found.length === 0) throw new Error(`no descriptors ${whose} (${passed})`);
    if (index === undefined && found.length > 1)
      throw new Error(`${found.length} descriptors ${whose}: an index from 0 to ${found.length - 1} chooses one`);
    const descriptor = found[index ?? 0];
    if (descriptor === undefined)
      throw new Error(`index ${index} is out of range: ${found.length} descriptors ${whose}`);
    return descriptor.fd;
  }
}

/** The families of sockets, by their names in C. */
const FAMILIES = { INET: 'IPv4', INET6: 'IPv6', UNIX: 'UNIX' } as const;

/**
 * A socket to listen on that systemd, or another service manager with its conventions, has opened for this process
 * (sd_listen_fds(3)). It can be listened on once: the port owns it, and closes it, unless it is in a table of `inheritSockets`.
 */
export class SystemdServerEndpoint implements ServerEndpoint {
  readonly #reactor: Reactor;
  readonly #socket: SystemdSocket;
  readonly #options: PortOptions;

  /**
   * Makes an endpoint; the environment is not read before `listen`, which rejects with a `CannotListenError` if there is no such
   * socket, or if it has another family. Throws a `TypeError` if `socket.domain` is another word.
   *
   * @param reactor The reactor to listen with.
   * @param socket Which of the sockets that were passed.
   * @param options The options of the port; they take precedence over those of `listen`.
   */
  constructor(reactor: Reactor, socket: SystemdSocket, options: PortOptions = {}) {
    const { domain } = socket;
    if (domain !== undefined) checkWord('domain', domain, Object.keys(FAMILIES));
    this.#reactor = reactor;
    this.#socket = socket;
    this.#options = options;
  }

  async listen(source: Factory | BuildFunction, options: PortOptions = {}): Promise<ListeningPort> {
    const factory = factoryFrom(source);
    const port = await this.#reactor.adoptStreamPort(this.#find(), factory, { ...options, ...this.#options });
    const { domain } = this.#socket;
    const { family } = port.getHost();
    if (domain === undefined || FAMILIES[domain] === family) return port;
    await port.stopListening();
    throw this.#failure(`its family is ${family}, not ${domain}`);
  }

  #find(): number {
    const { name, index } = this.#socket;
    const inherited = this.#reactor['~inherited']?.find(systemdKey(this.#socket));
    if (inherited !== undefined) return inherited;
    try {
      return new ListenFDs(this.#reactor['~surroundings']).find(name, index);
    } catch (error) {
      throw this.#failure(error instanceof Error ? error.message : String(error));
    }
  }

  #failure(why: string): CannotListenError {
    const { name, index } = this.#socket;
    const which = [name === undefined ? [] : `name=${name}`, index === undefined ? [] : `index=${index}`].flat();
    return new CannotListenError(`systemd:${which.join(':')}`, undefined, why);
  }
}
