export { NodeBackend } from '../backends/node.ts';
