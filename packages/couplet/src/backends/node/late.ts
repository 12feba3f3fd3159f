import process from 'node:process';

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
