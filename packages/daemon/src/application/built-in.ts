import type { Reactor } from 'couplet';
import { Factory } from 'couplet';
import { clientFromString } from 'couplet/endpoints';
import { Chargen, Daytime, Discard, Echo, portForward, QOTDFactory, SocksFactory, Time } from 'couplet/protocols';
import type { BuiltIn } from '../ipc/messages.ts';

/**
 * Builds the factory of a built-in service. `reactor` makes the connections of `forward` and `socks`. Throws an `EndpointSyntaxError` or a
 * `RangeError` that says what is wrong with the service.
 */
export function builtInFactory(service: BuiltIn, reactor: Reactor): Factory {
  switch (service.name) {
    case 'echo':
      return Factory.forProtocol(Echo);
    case 'discard':
      return Factory.forProtocol(Discard);
    case 'chargen':
      return Factory.forProtocol(Chargen);
    case 'daytime':
      return Factory.forProtocol(Daytime);
    case 'time':
      return Factory.forProtocol(Time);
    case 'qotd':
      return new QOTDFactory(service.quotes);
    case 'forward':
      return portForward(clientFromString(reactor, service.to));
    case 'socks':
      return new SocksFactory(reactor, { allow: service.allow });
  }
}
