import { listen, reactor } from 'couplet';
import { clientFromString } from 'couplet/endpoints';
import { portForward } from 'couplet/protocols';
import { Cure } from './cure.ts';
import { Idiom } from './idiom.ts';
import { Relay } from './sides.ts';

const [, , way, target = 'tcp:127.0.0.1:8007'] = process.argv;
const endpoint = clientFromString(reactor, target);
// #region ready-made
const relay = way === 'portForward' ? portForward(endpoint) : new Relay(endpoint, way === 'cure' ? Cure : Idiom);
// #endregion ready-made
const port = await listen('tcp:0:interface=127.0.0.1', relay);
console.log(`${way} on ${port.getHost().authority}`);
await reactor.run();
