import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CannotListenError, listen, Protocol, Reactor } from 'couplet';
import { whyNotShared } from '../../src/backends/node/reuse.ts';
import { backendHere } from '../here.ts';

const reactor = new Reactor(backendHere());
const silent = (): Protocol => new Protocol();

describe('ports that share their number', () => {
  test('R59 F45 tcp and tcp6 can be had together', { skip: whyNotShared({ ipv6Only: true }) ?? false }, async () => {
    const six = await listen('tcp6:0:ipv6Only=1', silent, { reactor });
    const host = six.getHost();
    assert.ok(host.family === 'IPv6');
    const four = await listen(`tcp:${host.port}`, silent, { reactor });
    await Promise.all([six.stopListening(), four.stopListening()]);
    const both = await listen(`tcp6:${host.port}`, silent, { reactor });
    await assert.rejects(listen(`tcp:${host.port}`, silent, { reactor }), CannotListenError);
    await both.stopListening();
  });

  test('R59 two share an address if both say so, or the error names the version', async () => {
    const unable = whyNotShared({ reusePort: true });
    const first = reactor.listenTCP(0, silent, { reusePort: true, interface: '127.0.0.1' });
    if (unable !== undefined) {
      await assert.rejects(first, (error) => {
        assert.ok(error instanceof CannotListenError);
        assert.ok(error.message.endsWith(unable), error.message);
        return true;
      });
      return;
    }
    const one = await first;
    const { port } = one.getHost();
    const two = await listen(`tcp:${port}:interface=127.0.0.1:reusePort=1`, silent, { reactor });
    await assert.rejects(reactor.listenTCP(port, silent, { interface: '127.0.0.1' }), CannotListenError);
    await Promise.all([one.stopListening(), two.stopListening()]);
  });

  test('R59 for IPv6 alone an interface of IPv4 is refused, and so is what is not a boolean', async () => {
    await assert.rejects(reactor.listenTCP(0, silent, { ipv6Only: true }), {
      name: 'RangeError',
      message: "ipv6Only is true, and interface '0.0.0.0' is not on IPv6: write interface: '::'",
    });
    await assert.rejects(listen('tcp:8007:ipv6Only=1', silent, { reactor }), {
      name: 'EndpointSyntaxError',
      message: /ipv6Only/,
    });
    await assert.rejects(listen('tcp6:8007:reusePort=yes', silent, { reactor }), /reusePort 'yes' is not one of 0, 1/);
    for (const name of ['ipv6Only', 'reusePort'])
      await assert.rejects(reactor.listenTCP(0, silent, Object.assign({}, { [name]: 'yes' })), {
        name: 'TypeError',
        message: `${name} is the string 'yes', not true or false`,
      });
  });
});
