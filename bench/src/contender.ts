/** A contender that is here, ready to run. */
export interface Present {
  readonly version: string;
  /** The command that runs its server of that name; undefined when it has none. */
  command(program: string): readonly string[] | undefined;
}

/** Someone who takes part: a folder of server programs under `bench/servers`, and how to run them. */
export interface Contender {
  readonly name: string;
  /** Looks whether it can run here. A string tells why not, and how to get it. */
  find(): Present | string;
}
