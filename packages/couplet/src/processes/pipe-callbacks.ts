import type { Callbacks } from '../protocol/protocol.ts';

/** What the engine calls for one pipe of a process, in place of a protocol. */
export class PipeCallbacks implements Callbacks {
  readonly factory: unknown = undefined;
  /** Called for what the process wrote to it. */
  readonly dataReceived: (data: Buffer) => void;
  /** Called when the pipe is over. */
  readonly connectionLost: (reason: Error) => void;

  constructor(dataReceived: (data: Buffer) => void, connectionLost: (reason: Error) => void) {
    this.dataReceived = dataReceived;
    this.connectionLost = connectionLost;
  }

  makeConnection(): void {}
}
