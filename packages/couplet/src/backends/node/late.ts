// To import a module of the runtime costs up to 3 ms of CPU, because each of its exports is read: those of `process` open its streams.
// The backend asks for what the runtime has loaded anyway with `process.getBuiltinModule` instead.
//
// To load these takes as long as to load everything else that `import 'couplet'` does: they wait until there is something to
// secure.

/** `node:tls`, from the first time on that it is asked for. */
export function tls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls');
}

/** `node:crypto`, likewise. */
export function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
