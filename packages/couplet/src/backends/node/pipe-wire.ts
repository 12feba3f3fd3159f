import type { Socket } from 'node:net';
import type { SocketName } from '../../seam/address.ts';
import type { Cause } from '../../seam/cause.ts';
import { SocketWire } from './socket-wire.ts';

const NAME: SocketName = { family: 'PIPE' };
export const NO_TLS: Cause = { kind: 'tls', code: '', detail: 'TLS over the pipes of a process is not supported' };

/** A pipe to or from a child process, which to the runtime is a socket, as a wire of one direction. */
abstract class PipeWire extends SocketWire {
  override get local(): SocketName {
    return NAME;
  }

  override get peer(): SocketName {
    return NAME;
  }

  /** Not supported: `node:tls` needs one stream of both directions. */
  override startTls(): void {
    this.blame(NO_TLS);
    this.abort();
  }

  override setNoDelay(): void {}

  override setKeepAlive(): void {}
}

/** The standard input of a child. That this end of it never reads is the same as a peer that has ended its output. */
export class InputPipeWire extends PipeWire {
  constructor(socket: Socket) {
    super(socket, '', false, 'ended');
  }

  protected override listen(): void {
    super.listen();
    this.ignoreInput();
    // Deno would read it, and fail, since there it is a pipe that can only be written.
    this.stream.pause();
  }
}

/** The output, or error output, of a child. */
export class OutputPipeWire extends PipeWire {
  constructor(socket: Socket) {
    super(socket, '', false, 'flowing');
  }

  /** There is no output of this end. */
  override end(): void {}
}
