import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StringTransport } from 'couplet/testing';
import { QuoteFactory } from './quote.ts';
import { WelcomeFactory } from './welcome.ts';

describe('objects', () => {
  test('the factory counts what its protocols tell it', () => {
    const factory = new WelcomeFactory();
    const [first, second] = [StringTransport.for(factory), StringTransport.for(factory)];
    assert.equal(second.transport.value().toString(), 'welcome! there are 2 of you.\n');
    first.protocol.connectionLost();
    assert.equal(factory.clients, 1);
    second.protocol.connectionLost();
    assert.equal(factory.clients, 0);
  });

  test('each protocol echoes to its own client', () => {
    const factory = new WelcomeFactory();
    const [first, second] = [StringTransport.for(factory), StringTransport.for(factory)];
    for (const { transport } of [first, second]) transport.clear();
    first.protocol.dataReceived(Buffer.from('hello'));
    assert.equal(first.transport.value().toString(), 'hello');
    assert.equal(second.transport.value().toString(), '');
  });

  test('a quote is sent whole before the connection closes', () => {
    const factory = new QuoteFactory();
    factory.quote = 'Less is more';
    const { transport } = StringTransport.for(factory);
    assert.equal(transport.value().toString(), 'Less is more\n');
    assert.equal(transport.disconnecting, true);
  });
});
