import { Side } from './sides.ts';

// #region cure
export class Cure extends Side {
  /** This side has sent everything: it produces no more, and its end is passed on. */
  override readConnectionLost() {
    this.peer?.transport.unregisterProducer();
    this.peer?.transport.loseWriteConnection();
  }
  override connectionLost(reason: Error) {
    this.peer?.transport.unregisterProducer();
    if (reason.name === 'ConnectionDone') this.peer?.transport.loseConnection();
    else this.peer?.transport.abortConnection(reason);
  }
}
// #endregion cure
