// The exercise of page 6: ask a server that may crash, until every question has its answer.

import { connect, type Reactor } from 'couplet';
import { type RequestOptions, Requests, TextLineReceiver } from 'couplet/protocols';

class Asker extends TextLineReceiver<unknown> {
  readonly #requests = new Requests<string, string>(this, (line) => this.sendLine(line));

  ask(line: string, options?: RequestOptions): Promise<string> {
    return this.#requests.send(line, options);
  }

  override lineReceived(line: string) {
    this.#requests.settle(line);
  }

  override connectionLost(reason: Error) {
    this.#requests.connectionLost(reason);
  }
}

/** Asks the server at that place one question after the other, and resolves to the answers, in the order of the questions. */
export async function askAll(reactor: Reactor, place: string, questions: readonly string[]): Promise<string[]> {
  const asker = await connect(place, new Asker(), { reactor });
  const answers: string[] = [];
  for (const question of questions) answers.push(await asker.ask(question));
  asker.transport.loseConnection();
  return answers;
}
