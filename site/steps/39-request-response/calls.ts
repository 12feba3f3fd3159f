import { serve } from 'couplet';
import { type RequestOptions, Requests, TextLineReceiver } from 'couplet/protocols';

// #region client
interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** A line of JSON for each call and each answer, matched by number. */
export class Caller extends TextLineReceiver {
  readonly #requests: Requests<object, Answer> = new Requests(
    this,
    (call, id) => this.sendLine(JSON.stringify({ id, ...call })),
    { matchedBy: 'id' },
  );

  async call(method: string, params: readonly unknown[], options?: RequestOptions): Promise<unknown> {
    const { result, error } = await this.#requests.send({ method, params }, options);
    if (error !== undefined) throw new Error(error);
    return result;
  }
  override lineReceived(line: string) {
    const answer: Answer = JSON.parse(line); // what is no JSON aborts the connection
    this.#requests.settleById(answer.id, answer);
  }
  override connectionLost(reason: Error) {
    this.#requests.connectionLost(reason);
  }
}
// #endregion client

// #region server
interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}
type Methods = Readonly<Record<string, (...params: readonly unknown[]) => unknown>>;

/** Answers calls as they are ready, not in their order. */
export function serveCalls(where: string, methods: Methods) {
  return serve(where, async (connection) => {
    const answer = async ({ id, method, params }: Call) => {
      try {
        const known = Object.hasOwn(methods, method) ? methods[method] : undefined;
        if (known === undefined) throw new Error(`there is no method ${method}`);
        await connection.write(`${JSON.stringify({ id, result: await known(...params) })}\r\n`);
      } catch (error) {
        await connection.write(
          `${JSON.stringify({ id, error: error instanceof Error ? error.message : 'it failed' })}\r\n`,
        );
      }
    };
    const open = new Set<Promise<void>>();
    for await (const line of connection.lines()) {
      const work = answer(JSON.parse(line)).finally(() => open.delete(work));
      open.add(work);
      if (open.size >= 100) await Promise.race(open); // whoever asks for more is not read
    }
    await Promise.all(open);
  });
}
// #endregion server
