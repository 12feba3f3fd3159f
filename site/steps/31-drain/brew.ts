import { Factory, listen, reactor } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';

// #region brew
/** Every request takes a second. */
class Brew extends TextLineReceiver {
  #busy = false;

  override async lineReceived(drink: string) {
    this.#busy = true;
    await this.transport.clock.sleep(1000);
    this.sendLine(`${drink} is ready`);
    this.#busy = false;
    if (this.#last) this.#leave();
  }

  #last = false;
  override draining() {
    this.#last = true;
    if (!this.#busy && this.heldBytes === 0) this.#leave();
  }

  #leave() {
    this.sendLine('goodbye');
    this.transport.loseConnection();
  }
}
// #endregion brew

// #region run
const port = await listen('tcp:0:interface=127.0.0.1', Factory.forProtocol(Brew));
console.log(`serving on ${port.getHost().authority}, process ${process.pid}`);
await reactor.run({ drainTimeoutMs: 25_000 });
console.log('all served');
// #endregion run
