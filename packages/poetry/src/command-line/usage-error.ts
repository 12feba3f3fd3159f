/** The command line is wrong: exit status 2. The message names the offending part. */
export class UsageError extends Error {
  override name = 'UsageError';
  /** What may have been meant, for a second line. */
  readonly hint: string | undefined;

  constructor(message: string, options: ErrorOptions & { readonly hint?: string | undefined } = {}) {
    super(message, options);
    this.hint = options.hint;
  }
}
