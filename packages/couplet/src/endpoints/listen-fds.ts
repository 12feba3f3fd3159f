/** The first descriptor that is passed; those before it are standard input, output and error. */
const FIRST = 3;

/** Whose environment it is: a reactor's. */
interface Surroundings {
  readonly pid: number;
  environment(name: string): string | undefined;
}

/** The descriptors that the service manager opened for this process, as sd_listen_fds(3) tells them by its environment. */
export class ListenFDs {
  /** The name of each, in their order; `unknown` where the manager gave none. */
  readonly names: readonly string[];

  /** Throws an `Error` that names the variable when there are none, or when they are for another process. */
  constructor(surroundings: Surroundings) {
    const pid = surroundings.environment('LISTEN_PID');
    if (pid === undefined) throw new Error('nothing was passed to this process: LISTEN_PID is not set');
    if (pid !== String(surroundings.pid))
      throw new Error(`what was passed is for another process: LISTEN_PID is '${pid}', not ${surroundings.pid}`);
    const count = surroundings.environment('LISTEN_FDS') ?? '';
    if (!/^\d{1,6}$/.test(count)) throw new Error(`LISTEN_FDS is '${count}', not a number`);
    const names = surroundings.environment('LISTEN_FDNAMES')?.split(':') ?? [];
    this.names = Array.from({ length: Number(count) }, (_, at) => names[at] ?? 'unknown');
  }

  /** The descriptor of that name, or that index, or that index among those of the name. Throws an `Error` when it is not one. */
  find(name: string | undefined, index: number | undefined): number {
    const all = this.names.map((one, at) => ({ name: one, fd: FIRST + at }));
    const found = all.filter((one) => name === undefined || one.name === name);
    const whose = name === undefined ? 'were passed' : `are named '${name}'`;
    const passed = `those passed: ${this.names.join(', ') || 'none'}`;
    if (found.length === 0) throw new Error(`no descriptors ${whose} (${passed})`);
    if (index === undefined && found.length > 1)
      throw new Error(`${found.length} descriptors ${whose}: an index from 0 to ${found.length - 1} has to say which`);
    const descriptor = found[index ?? 0];
    if (descriptor === undefined) throw new Error(`there is no index ${index}: ${found.length} descriptors ${whose}`);
    return descriptor.fd;
  }
}
