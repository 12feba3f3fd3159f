import { CannotListenError } from '../protocol/errors.ts';
import type { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/listening-port.ts';
import { checkWord } from '../protocol/misuse.ts';
import { checkFactory } from '../protocol/role.ts';
import type { PortOptions } from '../reactor/listen-options.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { ListenFDs } from './listen-fds.ts';
import type { ServerEndpoint } from './server-endpoint.ts';

/** The families of sockets, by their names in C. */
const FAMILIES = { INET: 'IPv4', INET6: 'IPv6', UNIX: 'UNIX' } as const;

/** Which of the sockets that the service manager passed: `name` or `index`, or the index among those of the name. */
export interface SystemdSocket {
  /** What its unit calls it: `FileDescriptorName=`. */
  readonly name?: string;
  /** Counted from 0. */
  readonly index?: number;
  /** What the socket must be; of any family unless set. */
  readonly domain?: 'INET' | 'INET6' | 'UNIX';
}

/** A socket that systemd, or another service manager with its conventions, has opened for this process: sd_listen_fds(3). */
export class SystemdServerEndpoint implements ServerEndpoint {
  readonly #reactor: Reactor;
  readonly #socket: SystemdSocket;
  readonly #options: PortOptions;

  /** Throws a `TypeError` for another domain. */
  constructor(reactor: Reactor, socket: SystemdSocket, options: PortOptions = {}) {
    const { domain } = socket;
    if (domain !== undefined) checkWord('domain', domain, Object.keys(FAMILIES));
    this.#reactor = reactor;
    this.#socket = socket;
    this.#options = options;
  }

  async listen(factory: Factory, options: PortOptions = {}): Promise<ListeningPort> {
    checkFactory(factory);
    const port = await this.#reactor.adoptStreamPort(this.#find(), factory, { ...options, ...this.#options });
    const { domain } = this.#socket;
    const { family } = port.getHost();
    if (domain === undefined || FAMILIES[domain] === family) return port;
    await port.stopListening();
    throw this.#failure(`it is of the family ${family}, not ${domain}`);
  }

  #find(): number {
    const { name, index } = this.#socket;
    try {
      return new ListenFDs(this.#reactor).find(name, index);
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
