import { backend } from '#backend';
import { Reactor } from './reactor.ts';

/** The reactor of this process, on the runtime that it runs on. */
export const reactor: Reactor = /* @__PURE__ */ new Reactor(/* @__PURE__ */ backend());
