import { inspect } from 'node:util';

/** What a line of a log tells of an error. */
export interface ErrorFields {
  readonly name: string;
  readonly message: string;
  /** With the stacks of its causes. */
  readonly stack?: string;
  /** The code of an error of the system or of the engine. */
  readonly code?: string;
}

/** How many causes are told. */
const CAUSES = 5;

/** Returns what to tell of a thrown value, whatever it is. Never throws. */
export function errorFields(error: unknown): ErrorFields {
  try {
    if (!(error instanceof Error)) return { name: typeof error, message: inspect(error) };
    const code: unknown = Reflect.get(error, 'code');
    return {
      name: `${error.name}`,
      message: `${error.message}`,
      stack: stackOf(error),
      ...(typeof code === 'string' ? { code } : {}),
    };
  } catch {
    return { name: 'unknown', message: 'an error that cannot be read' };
  }
}

function stackOf(error: Error): string {
  const stacks: string[] = [];
  for (let one: unknown = error; one instanceof Error && stacks.length <= CAUSES; one = one.cause)
    stacks.push(`${one.stack ?? one}`);
  return stacks.join('\ncaused by: ');
}
