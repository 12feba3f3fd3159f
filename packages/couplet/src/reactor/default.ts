import { NodeBackend } from '../backends/node/node.ts';
import { Reactor } from './reactor.ts';

/** The reactor of this process, on the runtime that it runs on. */
export const reactor: Reactor = new Reactor(new NodeBackend());
