// Plays a fixed scenario with as many seeds as the first argument says in this process, and prints what that came to.
import { Factory, ReconnectingClientFactory } from 'couplet';
import { Echo, LineReceiver } from 'couplet/protocols';
import type { Scenario } from 'couplet/sim';
import { simulate } from 'couplet/sim';

const seeds = Number(process.argv[2]);
const clients = 3;
const lines = 10;

/** Asks for one line after the other, over as many connections as it takes. */
class Asker extends LineReceiver<Asking> {
  override connectionMade(): void {
    this.factory.resetDelay();
    this.#ask();
  }
  override lineReceived(): void {
    this.factory.answered += 1;
    this.#ask();
  }
  #ask(): void {
    if (!this.factory.done) this.sendLine(`line ${this.factory.answered}`);
    else {
      this.factory.stopTrying();
      this.transport.loseConnection();
    }
  }
}

class Asking extends ReconnectingClientFactory {
  override protocol = Asker;
  answered = 0;
  get done(): boolean {
    return this.answered >= lines;
  }
}

const scenario: Scenario = async (world) => {
  await world.host('server').run(async (reactor) => {
    await reactor.listenTCP(8007, Factory.forProtocol(Echo));
  });
  const askings = Array.from({ length: clients }, (_, at) => {
    const asking = new Asking();
    world.host(`client${at}`).reactor.connectTCP('server', 8007, asking, { timeoutMs: 3000 });
    return asking;
  });
  await world.until(() => askings.every(({ done }) => done), 100);
};

const { happenings, virtualMs } = await simulate({ seeds, profile: 'rough' }, scenario);
const { user, system } = process.cpuUsage();
const seconds = (user + system) / 1e6;
console.log(JSON.stringify({ happenings: happenings / seconds, speedup: virtualMs / 1000 / seconds, seconds }));
