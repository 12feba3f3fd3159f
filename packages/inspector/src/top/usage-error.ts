/** The command line is wrong: exit status 2. The message names the offending part. */
export class UsageError extends Error {
  override name = 'UsageError';
}
