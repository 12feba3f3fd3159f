import { connect, reactor } from 'couplet';
import { Caller, serveCalls } from './calls.ts';

// #region ask
const port = await serveCalls('tcp:0:interface=127.0.0.1', {
  add: (one, other) => Number(one) + Number(other),
  later: (ms) => reactor.sleep(Number(ms)).then(() => `after ${ms} ms`),
});
const caller = await connect(`tcp:${port.getHost().authority}`, new Caller());

const slow = caller.call('later', [500]); // does not hold up those behind it
console.log(await caller.call('add', [40, 2]));
console.log(await slow);
console.log(await caller.call('divide', [1, 0]).catch(String));
console.log(await caller.call('later', [5000], { timeoutMs: 100 }).catch(String));

const lost = caller.call('later', [5000]);
caller.transport.abortConnection();
console.log(await lost.catch(String));
await port.stopListening();
// #endregion ask
