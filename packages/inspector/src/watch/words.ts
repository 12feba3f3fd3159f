/** Returns at most that many characters of a text; dots stand for what is left out. */
export function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}

/** Returns what an error says, in at most 300 characters. Reading it may run code that throws. */
export function reasonOf(error: unknown): string {
  try {
    return cut(error instanceof Error ? `${error.name}: ${error.message}` : String(error), 300);
  } catch {
    return 'something that cannot be printed';
  }
}

/** Returns where an error was thrown, in at most 2,000 characters; undefined if it does not tell. */
export function stackOf(error: unknown): string | undefined {
  try {
    const stack: unknown = error instanceof Error ? error.stack : undefined;
    return typeof stack === 'string' ? cut(stack, 2000) : undefined;
  } catch {
    return undefined;
  }
}
