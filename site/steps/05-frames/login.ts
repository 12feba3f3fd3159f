// A login as a table. The protocol passes lines to the machine and sends what it says; who may log in is decided elsewhere.
// Try it: node login.ts, then nc 127.0.0.1 and the port that it prints, as ada with the password engine

import { Factory, reactor } from 'couplet';
import { Machine, TextLineReceiver } from 'couplet/protocols';

// #region machine
export const conversation = new Machine('login', 'name', {
  name: {
    line: { to: 'password', call: 'takeName' },
  },
  password: {
    line: { to: 'checking', call: 'check' },
  },
  checking: {
    right: { to: 'inside', call: 'welcome' },
    wrong: { to: 'name', call: 'refuse' },
  },
  inside: {
    line: { to: 'inside', call: 'answer' },
  },
});
// #endregion machine

// #region protocol
export class Login extends TextLineReceiver<LoginFactory> {
  override delimiter = ['\r\n', '\n'];
  override maxLength = 256;
  readonly #login = conversation.start(this);
  #name = '';

  override connectionMade() {
    this.sendLine('name?');
  }

  override lineReceived(line: string) {
    this.#login.line(line);
  }

  // What the machine calls.

  takeName(name: string) {
    this.#name = name;
    this.sendLine('password?');
  }

  check(password: string) {
    if (this.factory.application.admits(this.#name, password)) this.#login.right();
    else this.#login.wrong();
  }

  welcome() {
    this.sendLine(`welcome, ${this.#name}`);
  }

  refuse() {
    this.sendLine('wrong name or password, name?');
  }

  answer(question: string) {
    this.sendLine(this.factory.application.answer(question));
  }
}
// #endregion protocol

// #region application
/** What the service is for. It knows nothing of lines and connections. */
export interface Application {
  admits(name: string, password: string): boolean;
  answer(question: string): string;
}

export class LoginFactory extends Factory {
  override protocol = Login;
  readonly application: Application;

  constructor(application: Application) {
    super();
    this.application = application;
  }
}
// #endregion application

if (import.meta.main) {
  const application = {
    admits: (name: string, password: string) => name === 'ada' && password === 'engine',
    answer: (question: string) => `'${question}' has ${question.length} characters`,
  };
  const port = await reactor.listenTCP(0, new LoginFactory(application), { interface: '127.0.0.1' });
  console.log(`Login on ${port.getHost().authority}`);
  await reactor.run();
}
