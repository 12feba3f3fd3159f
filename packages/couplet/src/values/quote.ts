/** Returns a value quoted for use within a description: colons, backslashes, `=` and `[` are escaped with a backslash. */
export function quoteStringArgument(value: string): string {
  return value.replace(/[\\:=[]/g, '\\$&');
}
