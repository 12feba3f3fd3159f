import { BusHub } from './bus-hub.ts';
import type { FleetReport, Reach } from './fleet-messages.ts';
import { NodeLedger } from './node-ledger.ts';
import { PresenceHub } from './presence-hub.ts';

/** What the workers of one supervisor share: the supervisor's side of their fleets. `W` has to be another object for each process. */
export class FleetHub<W extends object> {
  readonly ledger: NodeLedger<W> = new NodeLedger();
  readonly bus: BusHub<W>;
  readonly presence: PresenceHub<W>;
  readonly #reach: Reach<W>;

  /** `nameOf` returns what a worker is called in the lists of presence. */
  constructor(reach: Reach<W>, nameOf: (worker: W) => string) {
    this.#reach = reach;
    this.bus = new BusHub(reach);
    this.presence = new PresenceHub(nameOf);
  }

  /** Takes what a worker reports. */
  report(worker: W, report: FleetReport): void {
    this.bus.catchUp(worker);
    switch (report.kind) {
      case 'acquire': {
        const answer = this.ledger.acquire(worker, report.key, report.max);
        this.#reach.send(worker, { kind: 'answer', id: report.id, answer });
        break;
      }
      case 'release':
        this.ledger.release(worker, report.key);
        break;
      case 'publish':
        this.bus.publish(report.topic, report.base64);
        break;
      case 'subscribe':
        this.bus.subscribe(worker, report.topic, report.on);
        break;
      case 'join':
        this.presence.join(worker, report.id, report.topic, report.payload);
        break;
      case 'leave':
        this.presence.leave(worker, report.id, report.topic);
        break;
      case 'list':
        this.#reach.send(worker, { kind: 'present', id: report.id, present: this.presence.list(report.topic) });
        break;
    }
  }

  /** Takes back all that a worker had: its process has ended. */
  forget(worker: W): void {
    this.ledger.forget(worker);
    this.bus.forget(worker);
    this.presence.forget(worker);
  }
}
