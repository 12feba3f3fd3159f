// To import a module of the runtime costs up to 3 ms of CPU, because each of its exports is read: those of `process` open its streams.
// So the backend gets what the runtime has loaded anyway from `process.getBuiltinModule`.
//
// To load these takes as long as everything else that `import 'couplet'` loads, so they are loaded when they are first used.

/** Returns `node:tls`, and loads it at the first call. */
export function tls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls');
}

/** Returns `node:crypto`, and loads it at the first call. */
export function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}

/** Returns `node:child_process`, and loads it at the first call. */
export function childProcess(): typeof import('node:child_process') {
  return process.getBuiltinModule('node:child_process');
}

/** Returns `node:os`, and loads it at the first call. */
export function os(): typeof import('node:os') {
  return process.getBuiltinModule('node:os');
}
