export { BunBackend } from '../backends/bun/bun.ts';
