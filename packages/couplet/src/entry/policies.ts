export { Filter } from '../filters/filter.ts';
export type { AdmissionWait, RefusalReason, Verdict } from '../filters/refused.ts';
export {
  AdmissionError,
  AdmissionFailed,
  AdmissionQueueFull,
  AdmissionTimeout,
  ConnectionLimitReached,
  LedgerAway,
  LedgerRefused,
  NoProtocolBuilt,
  NotAllowed,
  PeerGone,
  PeerLimitReached,
  PortStopped,
  Refused,
} from '../filters/refused.ts';
export type { Observed } from '../policies/access-log.ts';
export { accessLog } from '../policies/access-log.ts';
export type { Guardable, Guarded, Policy } from '../policies/guarded.ts';
export { guard } from '../policies/guarded.ts';
export type { Answer, Ledger, LedgerOptions, WhenAway } from '../policies/ledger.ts';
export type { ConnectionLimit } from '../policies/limit-connections.ts';
export { limitConnections } from '../policies/limit-connections.ts';
export type { PeerLimit } from '../policies/limit-per-peer.ts';
export { limitPerPeer } from '../policies/limit-per-peer.ts';
export type { TrafficEntry, TrafficEvent } from '../policies/log-traffic.ts';
export { formatTraffic, logTraffic } from '../policies/log-traffic.ts';
export type { ThrottleOptions } from '../policies/throttle.ts';
export { throttle } from '../policies/throttle.ts';
export type { AbsoluteTimeout } from '../policies/timeout-absolute.ts';
export { timeoutAbsolute } from '../policies/timeout-absolute.ts';
export type { IdleTimeout } from '../policies/timeout-idle.ts';
export { timeoutIdle } from '../policies/timeout-idle.ts';
export type { MessageTimeout } from '../policies/timeout-message.ts';
export { timeoutMessage } from '../policies/timeout-message.ts';
