import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { diagram } from 'couplet/protocols';
import { Clock, StringTransport } from 'couplet/testing';
import { Accounts, conversation, Login, LoginFactory } from '../login.ts';
import { Serving } from './serving.ts';

/** Knows everybody by the same password, and takes its time: the test settles each check. */
class SlowAccounts extends Accounts {
  #settle = () => {};

  override admits(_name: string, password: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.#settle = () => resolve(password === 'engine');
    });
  }

  async settle(): Promise<void> {
    this.#settle();
    await new Promise(setImmediate); // what waits for the check has run
  }
}

/** A visitor without a connection: says lines, and hears what came since. */
class Visitor {
  readonly clock = new Clock();
  readonly accounts = new SlowAccounts();
  readonly transport = new StringTransport({ clock: this.clock });
  readonly #login = new Login();

  constructor() {
    this.#login.factory = new LoginFactory(this.accounts, { maxTries: 2, loginTimeoutMs: 1000 });
    this.#login.makeConnection(this.transport);
  }

  say(...lines: string[]): void {
    this.#login.dataReceived(Buffer.from(lines.map((line) => `${line}\r\n`).join('')));
  }

  hear(): string[] {
    const lines = this.transport.value().toString().split('\r\n').slice(0, -1);
    this.transport.clear();
    return lines;
  }

  leave(): void {
    this.#login.connectionLost();
  }
}

describe('login', () => {
  test('lets a user in, and answers commands until quit', async (t) => {
    const accounts = new Accounts();
    await accounts.add('ada', 'engine');
    const serving = await Serving.open(t, new LoginFactory(accounts));
    const peer = await serving.connect();
    assert.equal(await peer.until('\r\n'), 'name?\r\n');
    assert.equal(await peer.ask('ada\r'), 'password?\r\n');
    assert.equal(await peer.ask('engine\r'), 'welcome, ada\r\n');
    assert.equal(await peer.ask('whoami\r'), 'ada\r\n');
    assert.match(await peer.ask('time\r'), /^\d{4}-\d\d-\d\dT[\d:.]+Z\r\n$/);
    assert.equal(await peer.ask('constructor\r'), 'the commands are time, whoami and quit\r\n');
    assert.equal(await peer.ask('quit\r'), 'goodbye, ada\r\n');
    assert.equal(await peer.leave(), '');
    await serving.lost(1);
  });

  test('takes the whole conversation in one piece, each line after the one before it', async (t) => {
    const accounts = new Accounts();
    await accounts.add('ada', 'engine');
    const serving = await Serving.open(t, new LoginFactory(accounts));
    const peer = await serving.connect();
    peer.socket.write('ada\r\nloom\r\nada\r\nengine\r\nwhoami\r\nquit\r\nwhoami\r\n');
    const refused = ['name?', 'password?', 'wrong name or password'];
    const heard = [...refused, 'name?', 'password?', 'welcome, ada', 'ada', 'goodbye, ada', ''];
    assert.equal(await peer.rest(), heard.join('\r\n'));
    await peer.leave();
  });

  test('sends away who has no more tries', async () => {
    const visitor = new Visitor();
    visitor.say('bob', 'loom');
    await visitor.accounts.settle();
    assert.deepEqual(visitor.hear(), ['name?', 'password?', 'wrong name or password', 'name?']);
    visitor.say('bob', 'wheel');
    assert.equal(visitor.transport.disconnecting, false);
    await visitor.accounts.settle();
    assert.deepEqual(visitor.hear(), ['password?', 'too many tries']);
    assert.equal(visitor.transport.disconnecting, true);
    visitor.clock.advance(1000);
    assert.deepEqual(visitor.hear(), []);
  });

  test('sends away who is not in after the time for it, whatever the state', async () => {
    for (const lines of [[], ['ada'], ['ada', 'engine']]) {
      const visitor = new Visitor();
      visitor.say(...lines);
      visitor.clock.advance(999);
      assert.equal(visitor.transport.disconnecting, false);
      visitor.clock.advance(1);
      assert.equal(visitor.hear().at(-1), 'too late');
      assert.equal(visitor.transport.disconnecting, true);
      await visitor.accounts.settle();
      assert.deepEqual(visitor.hear(), [], 'a check that ends afterwards changes nothing');
    }
  });

  test('lets who is in stay', async () => {
    const visitor = new Visitor();
    visitor.say('ada', 'engine');
    await visitor.accounts.settle();
    visitor.clock.advance(10_000);
    visitor.hear();
    visitor.say('time');
    assert.deepEqual(visitor.hear(), ['1970-01-01T00:00:10.000Z']);
  });

  test('leaves no deadline behind', () => {
    const visitor = new Visitor();
    assert.equal(visitor.clock.getDelayedCalls().length, 1);
    visitor.leave();
    assert.equal(visitor.clock.getDelayedCalls().length, 0);
  });

  test('has the picture of its machine in the README', () => {
    const readme = readFileSync('examples/README.md', 'utf8');
    assert.ok(readme.includes(`\`\`\`mermaid\n${diagram(conversation)}\n\`\`\`\n`), diagram(conversation));
  });
});
