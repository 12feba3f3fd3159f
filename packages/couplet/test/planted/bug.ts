/** A small change that breaks the engine, as it might slip in. */
export interface Bug {
  /** What it does wrong. */
  readonly name: string;
  /** The file, in the sources of the package. */
  readonly file: string;
  /** Stands there, once ... */
  readonly text: string;
  /** ... and becomes this. */
  readonly instead: string;
  /** The test that finds it; where there is none, the scenes and the checks on the simulated network look for it. */
  readonly test?: Test;
}

/** A test: its file, in the tests of the package, and its name, or the part of it that only this one has. */
export interface Test {
  readonly file: string;
  readonly name: string;
  /** The runtime that runs it, `native` for Node 26 on the kernel's sockets; the Node of the workspace unless set. */
  readonly runtime?: 'bun' | 'deno' | 'native';
}
