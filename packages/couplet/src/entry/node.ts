export type { BindPlace, BoundSocket } from '../backends/node/bound.ts';
export { bindSocket } from '../backends/node/bound.ts';
export { NodeBackend } from '../backends/node/node.ts';
