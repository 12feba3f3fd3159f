import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Factory } from 'couplet';
import { Clock, StringTransport, verifyFraming } from 'couplet/testing';
import { Quiz } from './quiz.ts';

// #region transport
test('three wrong answers end the game', () => {
  const { protocol, transport } = StringTransport.for(Factory.forProtocol(Quiz));
  assert.equal(transport.value().toString(), 'what rhymes with river?\r\n');
  transport.clear();
  protocol.dataReceived(Buffer.from('liver\r\nquiver\r\ndeliver\r\n'));
  const answers = 'no; try again\r\nno; try again\r\nit was shiver\r\n';
  assert.equal(transport.value().toString(), answers);
  assert.ok(transport.disconnecting);
});
// #endregion transport

// #region clock
test('each try has half a minute', () => {
  const clock = new Clock();
  const quiz = Factory.forProtocol(Quiz);
  const { protocol, transport } = StringTransport.for(quiz, { clock });
  clock.advance(29_999);
  protocol.dataReceived(Buffer.from('liver\r\n'));
  clock.advance(29_999);
  assert.equal(transport.disconnecting, false);
  clock.advance(1);
  assert.match(transport.value().toString(), /too late\r\n$/);
  assert.ok(transport.disconnecting);
});
// #endregion clock

// #region framing
test('it makes no difference where an answer is cut', () => {
  const stream = 'liver\r\n\r\nshiver\r\n';
  verifyFraming(() => new Quiz(), stream, { callbacks: ['lineReceived'] });
});
// #endregion framing
