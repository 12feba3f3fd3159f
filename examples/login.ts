// Logs a user in, then runs commands. The machine is the whole conversation, in one table. The protocol passes events to it and
// does what it calls. The application, at the end, decides who may log in and what a command answers.
// Try it: nc -C 127.0.0.1 8015, as ada with the password engine

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type Clock, type DelayedCall, Factory, reactor } from 'couplet';
import { Machine, TextLineReceiver } from 'couplet/protocols';

export const conversation = new Machine('login', 'name', {
  name: {
    line: { to: 'password', call: 'takeName' },
    late: { to: 'over', call: 'timeOut' },
  },
  password: {
    line: { to: 'checking', call: 'check' },
    late: { to: 'over', call: 'timeOut' },
  },
  checking: {
    right: { to: 'commands', call: 'welcome' },
    wrong: { to: 'name', call: 'askAgain' },
    lastWrong: { to: 'over', call: 'refuse' },
    late: { to: 'over', call: 'timeOut' },
  },
  commands: {
    line: { to: 'commands', call: 'execute' },
    quit: { to: 'over', call: 'sayGoodbye' },
  },
  over: { late: 'ignore', right: 'ignore', wrong: 'ignore', lastWrong: 'ignore' }, // a check may end after the timeout
});

export class Login extends TextLineReceiver<LoginFactory> {
  override maxLength = 256;
  readonly #login = conversation.start(this);
  #deadline: DelayedCall | undefined;
  #name = '';
  #tries = 0;

  override connectionMade() {
    this.#deadline = this.transport.clock.callLater(this.factory.loginTimeoutMs, () => this.#login.late());
    this.sendLine('name?');
  }

  override lineReceived(line: string) {
    return this.#login.line(line); // the promise of `check`, when that is what it calls: the next line waits for it
  }

  override connectionLost() {
    this.#deadline?.cancel();
  }

  // What the machine calls.

  takeName(name: string) {
    this.#name = name;
    this.sendLine('password?');
  }

  async check(password: string) {
    this.#tries += 1;
    if (await this.factory.accounts.admits(this.#name, password)) this.#login.right();
    else if (this.#tries < this.factory.maxTries) this.#login.wrong();
    else this.#login.lastWrong();
  }

  welcome() {
    this.#deadline?.cancel();
    this.sendLine(`welcome, ${this.#name}`);
  }

  askAgain() {
    this.sendLine('wrong name or password');
    this.sendLine('name?');
  }

  refuse() {
    this.#leave('too many tries');
  }

  timeOut() {
    this.#leave('too late');
  }

  execute(command: string) {
    if (command === 'quit') this.#login.quit();
    else this.sendLine(answer(command, this.#name, this.transport.clock));
  }

  sayGoodbye() {
    this.#leave(`goodbye, ${this.#name}`);
  }

  #leave(last: string) {
    this.#deadline?.cancel(); // now, since `connectionLost` waits for the client to close too
    this.sendLine(last);
    this.transport.loseConnection();
  }
}

export class LoginFactory extends Factory {
  override protocol = Login;
  readonly accounts: Accounts;
  readonly maxTries: number;
  readonly loginTimeoutMs: number;

  constructor(accounts: Accounts, { maxTries = 3, loginTimeoutMs = 60_000 } = {}) {
    super();
    this.accounts = accounts;
    this.maxTries = maxTries;
    this.loginTimeoutMs = loginTimeoutMs;
  }
}

// The application.

const hashOf = promisify<string, Buffer, number, Buffer>(scrypt);

/** The users who may log in. Of a password it keeps a hash. */
export class Accounts {
  readonly #accounts = new Map<string, { salt: Buffer; hash: Buffer }>();
  /** Checked for a name without an account, so that it takes as long. */
  readonly #unknown = { salt: randomBytes(16), hash: randomBytes(32) };

  async add(name: string, password: string) {
    const salt = randomBytes(16);
    this.#accounts.set(name, { salt, hash: await hashOf(password, salt, 32) });
  }

  async admits(name: string, password: string) {
    const { salt, hash } = this.#accounts.get(name) ?? this.#unknown;
    return timingSafeEqual(await hashOf(password, salt, 32), hash);
  }
}

/** The answer to a command of that user. */
export function answer(command: string, user: string, clock: Clock) {
  switch (command) {
    case 'time':
      return new Date(clock.wallClock()).toISOString();
    case 'whoami':
      return user;
    default:
      return 'the commands are time, whoami and quit';
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const accounts = new Accounts();
  await accounts.add('ada', 'engine');
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8015), new LoginFactory(accounts), {
    interface: '127.0.0.1',
  });
  console.log(`Login on ${port.getHost().authority}`);
  await reactor.run();
}
