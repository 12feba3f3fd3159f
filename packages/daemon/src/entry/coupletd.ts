export type { Bus, Subscriber, Subscription } from '../fleet/bus.ts';
export type { Log, LogFields, LogLevel } from '../log/log.ts';
