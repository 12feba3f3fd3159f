import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { IPv4Address } from 'couplet';
import { encodeNetstring } from 'couplet/framing';
import { StringTransport, verifyFraming } from 'couplet/testing';
import type { TransformProtocol } from '../../src/protocols/transform-protocol.ts';
import { TransformFactory } from '../../src/protocols/transform-protocol.ts';
import { TransformService } from '../../src/protocols/transform-service.ts';

interface Client {
  readonly protocol: TransformProtocol;
  readonly transport: StringTransport;
  readonly refused: readonly string[];
}

function connected(service = new TransformService()): Client {
  const refused: string[] = [];
  const factory = new TransformFactory(service, (what) => refused.push(what));
  const protocol = new factory.protocol();
  protocol.factory = factory;
  const transport = new StringTransport({ peer: new IPv4Address('127.0.0.1', 1) });
  protocol.makeConnection(transport);
  return { protocol, transport, refused };
}

describe('TransformService', () => {
  it('knows its transforms by name', () => {
    const service = new TransformService();
    assert.deepEqual(service.names, ['cummingsify', 'backwards']);
    assert.equal(service.transform('cummingsify', 'Two LINES\nThat Rhyme Ä'), 'two lines\nthat rhyme ä');
    assert.equal(service.transform('backwards', 'one\ntwo\nthree'), 'three\ntwo\none');
    assert.equal(service.transform('backwards', 'one\ntwo\n'), 'two\none\n');
    assert.equal(service.transform('toString', 'a poem'), undefined);
  });
});

describe('TransformProtocol', () => {
  it('answers each request, in order', () => {
    const { protocol, transport } = connected();
    const requests = ['cummingsify.A Poem. With dots.', 'backwards.1\n2', 'cummingsify.'].map(encodeNetstring);
    protocol.dataReceived(Buffer.concat(requests));
    assert.equal(transport.value().toString(), '18:a poem. with dots.,3:2\n1,0:,');
    assert.equal(transport.disconnecting, false);
  });

  it('R27 answers the same however the requests are cut', () => {
    const stream = Buffer.concat(['cummingsify.DAS ß UND 诗', 'backwards.a\nb', 'nothing'].map(encodeNetstring));
    const { sequence } = verifyFraming(
      () => {
        const { protocol } = connected();
        return protocol;
      },
      stream,
      { callbacks: ['stringReceived'], cuts: 300 },
    );
    assert.equal(sequence.length > 0, true);
  });

  it('waits for a client that is behind with reading, and loses nothing', async () => {
    const { protocol, transport } = connected();
    const request = encodeNetstring(`cummingsify.${'A'.repeat(40_000)}`);
    const pending = protocol.dataReceived(Buffer.concat([request, request, request]));
    const answer = `40000:${'a'.repeat(40_000)},`;
    assert.equal(transport.value().toString(), answer + answer);
    transport.clear();
    await pending;
    assert.equal(transport.value().toString(), answer);
  });

  it('keeps what a broken service throws to the connection', () => {
    class Broken extends TransformService {
      override transform(name: string, poem: string): string | undefined {
        if (name === 'break') throw new Error('broken');
        return super.transform(name, poem);
      }
    }
    const service = new Broken();
    const [one, two] = [connected(service), connected(service)];
    assert.throws(() => one.protocol.dataReceived(encodeNetstring('break.A')), /^Error: broken$/);
    two.protocol.dataReceived(encodeNetstring('cummingsify.A'));
    assert.equal(two.transport.value().toString(), '1:a,');
  });

  it('reports bytes that are not a netstring', () => {
    const { protocol, transport, refused } = connected();
    protocol.dataReceived(Buffer.from('1:a;'));
    assert.ok(transport.reason !== undefined);
    protocol.connectionLost(transport.reason);
    assert.deepEqual(refused, [`127.0.0.1:1: ${transport.reason.message}`]);
  });

  for (const [request, what] of [
    [Buffer.from('cummingsify.\xc4', 'latin1'), '127.0.0.1:1: a request that is not UTF-8'],
    ['shout.a poem', "127.0.0.1:1: no transform 'shout'"],
    ['a poem', '127.0.0.1:1: a request without a transform'],
    ['.a poem', "127.0.0.1:1: no transform ''"],
  ] as const) {
    it(`closes on '${request}', after the answers before it`, () => {
      const { protocol, transport, refused } = connected();
      protocol.dataReceived(Buffer.concat(['cummingsify.A', request, 'cummingsify.B'].map(encodeNetstring)));
      assert.equal(transport.value().toString(), '1:a,');
      assert.equal(transport.disconnecting, true);
      assert.deepEqual(refused, [what]);
    });
  }

  it('R49 closes at once when nothing has begun to arrive, and behind the last answer otherwise', () => {
    const idle = connected();
    idle.protocol.dataReceived(encodeNetstring('cummingsify.ONE'));
    idle.protocol.draining();
    assert.equal(idle.transport.disconnecting, true);
    assert.equal(idle.transport.value().toString(), '3:one,');

    const { protocol, transport } = connected();
    const requests = Buffer.concat(['cummingsify.ONE', 'cummingsify.TWO'].map(encodeNetstring));
    protocol.dataReceived(requests.subarray(0, 5));
    protocol.draining();
    assert.equal(transport.disconnecting, false);
    protocol.dataReceived(requests.subarray(5));
    assert.equal(transport.value().toString(), '3:one,3:two,');
    assert.equal(transport.disconnecting, true);
  });

  it('R49 answers what waits behind a client that reads slowly, and closes then', async () => {
    const { protocol, transport } = connected();
    const poem = 'x'.repeat(70_000);
    protocol.dataReceived(Buffer.concat([`cummingsify.${poem}`, 'cummingsify.TWO'].map(encodeNetstring)));
    protocol.draining();
    assert.equal(transport.disconnecting, false);
    transport.clear();
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    assert.equal(transport.value().toString(), '3:two,');
    assert.equal(transport.disconnecting, true);
  });
});
