// #region phases
import { Factory, Protocol, reactor } from 'couplet';

class Server extends Factory {
  override protocol = Protocol;
  override stopFactory() {
    console.log('the ports have stopped');
  }
}
await reactor.listenTCP(0, new Server(), { interface: '127.0.0.1' });

for (const event of ['startup', 'shutdown'] as const)
  for (const phase of ['before', 'during', 'after'] as const)
    reactor.addSystemEventTrigger(phase, event, async () => {
      console.log(`${phase} ${event}`);
      await reactor.sleep(10).catch(() => {}); // waited for before shutdown only
      if (phase === 'before') console.log(`${phase} ${event}, its promise`);
    });
reactor.callWhenRunning(() => console.log('callWhenRunning'));
reactor.callLater(100, () => reactor.stop());
await reactor.run();
console.log('run has resolved');
// #endregion phases
