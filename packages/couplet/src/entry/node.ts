export { NodeBackend } from '../backends/node/node.ts';
