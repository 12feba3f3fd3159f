import type { Engine } from '../engine/engine.ts';
import { ExecProcess } from '../processes/exec-process.ts';
import { checkProcessProtocol, placeFor, type SpawnOptions, termsFor } from '../processes/options.ts';
import { spawnErrorOf } from '../processes/spawn-error.ts';
import { SpawnedProcess } from '../processes/spawned-process.ts';
import { Subprocesses } from '../processes/subprocesses.ts';
import type { ClientFactory } from '../protocol/client-factory.ts';
import type { Connector } from '../protocol/connector.ts';
import type { BuiltBy } from '../protocol/factory.ts';
import type { ProcessProtocol } from '../protocol/process-protocol.ts';
import type { ProcessTransport } from '../protocol/process-transport.ts';
import type { ProcessView } from '../protocol/views.ts';
import { checkAtLeast } from '../values/checks.ts';
import { oneLine } from '../values/one-line.ts';
import type { OwnDestination } from './dial.ts';
import { type ConnectProcessOptions, checkOptions } from './options.ts';
import { ReactorStreams } from './reactor-streams.ts';

/** The part of a reactor that starts processes. */
export abstract class ReactorProcesses extends ReactorStreams {
  readonly #engine: Engine;
  /** The name of the backend. */
  readonly '~runtime': string;
  /** Undefined until the first process is started. */
  #children: Subprocesses | undefined;

  constructor(engine: Engine, runtime: string) {
    super(engine);
    this.#engine = engine;
    this['~runtime'] = runtime;
  }

  /**
   * Starts a child process, with pipes for its standard input, output and error output, and returns the transport of `protocol` at once;
   * `connectionMade` is called when the process runs. No shell is involved: `args` are passed as they are, without the command itself.
   * If the process cannot be started, `processEnded` is called with a `SpawnError`, later, and nothing else is.
   *
   * The process keeps this one alive. When the reactor ends it gets SIGTERM, and SIGKILL once `stopLingerMs` of `run` is over, unless it
   * is `detached`.
   *
   * Throws a `TypeError` if `protocol` is not a `ProcessProtocol` or another argument is of the wrong type, and a `RangeError` if `command`
   * is empty, a text contains a NUL byte, or a number is out of range.
   *
   * @param protocol Receives what the process writes, and its end. It serves this process only.
   * @param command A path, or a name that is looked for in the folders of `PATH`.
   * @param args The arguments, such as `['-c', 'poem.txt']`.
   */
  spawnProcess(
    protocol: ProcessProtocol,
    command: string,
    args: readonly string[] = [],
    options: SpawnOptions = {},
  ): ProcessTransport {
    checkProcessProtocol(protocol);
    checkOptions(options, "cwd: '/tmp'");
    const place = placeFor(command, args, options);
    const terms = termsFor(command, options);
    const { detached } = terms;
    const process = new SpawnedProcess(this.#subprocesses, protocol, terms);
    protocol.transport = process;
    this.#subprocesses.start(process, { ...place, detached, standardError: 'wire' });
    return process;
  }

  /**
   * Starts a child process, and connects to its standard input and output as to a peer. Returns the connector at once; its
   * `whenConnected` and the methods of `factory` tell the outcome, after this has returned. No shell is involved: `args` are passed as they
   * are, without the command itself. Error output of the process goes where that of this process goes.
   *
   * The connection ends with the output of the process, whatever its exit code; what is written after the process has closed its input is
   * dropped. `loseConnection` closes the input after everything written, and an abort sends SIGTERM at once; a process that lives on is
   * ended as `killTimeoutMs` says.
   *
   * Throws a `RangeError` if `command` is empty, a text contains a NUL byte, or a number is out of range; and a `TypeError` if `factory`
   * is not a client factory or another argument is of the wrong type. If the process cannot be started, the attempt fails with a
   * `SpawnError`; and with a `ConnectError` if there are options for TLS or a PROXY header, which pipes do not have.
   *
   * @param command A path, or a name that is looked for in the folders of `PATH`.
   * @param args The arguments, such as `['-n']`.
   */
  connectProcess<F extends ClientFactory>(
    command: string,
    args: readonly string[],
    factory: F,
    options: ConnectProcessOptions = {},
  ): Connector<BuiltBy<F>> {
    checkOptions(options, "cwd: '/tmp'");
    const place = placeFor(command, args, options);
    const { killTimeoutMs = 5000 } = options;
    checkAtLeast('killTimeoutMs', killTimeoutMs, 0);
    const connect: OwnDestination['connect'] = (attempt) => {
      const process = new ExecProcess(this.#subprocesses, killTimeoutMs, attempt);
      this.#subprocesses.start(process, { ...place, detached: false, standardError: 'inherited' });
      return process;
    };
    const bounds = { ...options, lingerTimeoutMs: killTimeoutMs, lingerMaxMs: killTimeoutMs };
    const name = oneLine(`the process '${command}'`);
    const errorOf: OwnDestination['errorOf'] = (cause) => spawnErrorOf(command, cause);
    return this['~connect']({ kind: 'own', name, connect, errorOf }, factory, bounds);
  }

  /** Shows the processes that were spawned. */
  '~processes'(): Iterable<ProcessView> {
    return this.#children?.processes() ?? [];
  }

  get #subprocesses(): Subprocesses {
    this.#children ??= new Subprocesses(this.#engine, this['~runtime']);
    return this.#children;
  }
}
