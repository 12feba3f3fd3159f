import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StringTransport, verifyFraming } from 'couplet/testing';
import { Count } from './count.ts';
import { Login, LoginFactory } from './login.ts';
import { Store } from './store.ts';

/** What a protocol answers to a stream. */
function answers(protocol: Store | Count | Login, stream: string): string {
  const transport = new StringTransport();
  protocol.makeConnection(transport);
  protocol.dataReceived(Buffer.from(stream));
  return transport.value().toString();
}

function login(): Login {
  const protocol = new Login();
  protocol.factory = new LoginFactory({
    admits: (name, password) => name === 'ada' && password === 'engine',
    answer: (question) => question.toUpperCase(),
  });
  return protocol;
}

describe('frames', () => {
  test('what is stored may contain line ends', () => {
    const stream = 'PUT 7\r\none\r\n\r\nGET\r\nPUT x\r\n';
    assert.equal(answers(new Store(), stream), 'stored\r\n7\r\none\r\n\r\nwhat?\r\n');
    verifyFraming(() => new Store(), stream, { callbacks: ['lineReceived', 'bytesReceived'] });
  });

  test('netstrings are counted, also empty ones', () => {
    assert.equal(answers(new Count(), '5:hello,0:,'), '1:5,1:0,');
    verifyFraming(() => new Count(), '5:hello,0:,12:', { callbacks: ['stringReceived'] });
    verifyFraming(() => new Count(), '3:one,x:', { callbacks: ['stringReceived'] });
  });

  // #region login
  test('a login may be cut anywhere', () => {
    const stream = 'ada\r\nloom\r\nada\r\nengine\r\nhello\r\n';
    const { sequence } = verifyFraming(login, stream, { callbacks: ['takeName', 'check', 'answer'] });
    assert.equal(sequence.at(-1), 'write(bytes "HELLO\\r\\n")');
  });
  // #endregion login

  test('who has the wrong password is asked again', () => {
    const heard = ['name?', 'password?', 'wrong name or password, name?', 'password?', 'welcome, ada', 'HELLO', ''];
    assert.equal(answers(login(), 'ada\r\nloom\r\nada\r\nengine\r\nhello\r\n'), heard.join('\r\n'));
  });
});
