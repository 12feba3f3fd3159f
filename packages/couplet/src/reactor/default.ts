import { backend } from '#backend';
import { Reactor } from './reactor.ts';

/** The reactor of this process, on the network of its runtime. Ports and connections work before `run`, which keeps the process alive. */
export const reactor: Reactor = /* @__PURE__ */ new Reactor(/* @__PURE__ */ backend());
