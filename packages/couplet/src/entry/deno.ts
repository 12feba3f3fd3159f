export { DenoBackend } from '../backends/deno/deno.ts';
