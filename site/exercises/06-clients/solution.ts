// A client that asks until every question has its answer, whatever happens to the server meanwhile.

import type { Reactor } from 'couplet';
import { ClientService, clientFromString } from 'couplet/endpoints';
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
  await using service = new ClientService(clientFromString(reactor, place), () => new Asker(), { maxDelayMs: 5000 });
  service.startService();
  const answers: string[] = [];
  while (answers.length < questions.length) {
    const question = questions[answers.length] ?? '';
    try {
      answers.push(await service.request((asker, left) => asker.ask(question, left), { timeoutMs: 10_000 }));
    } catch {
      // It was lost, or takes too long: the same question again. A late answer to the first is dropped by `Requests`.
    }
  }
  return answers;
}
