import type { Answer, Ledger } from '../policies/ledger.ts';
import type { Dice } from '../time/dice.ts';
import type { Host } from './host.ts';
import type { Network } from './network.ts';
import type { Process } from './process.ts';
import { Lane } from './route.ts';

/** How a simulated ledger behaves. */
export interface LedgerConditions {
  /** How long it takes for an answer at most, in milliseconds, at least 0; 1 unless set. With 0, and without a host, it answers at once. */
  readonly delayMs: number;
  /** The part of the questions that are lost, so that no answer comes, from 0 to 1; 0 unless set. */
  readonly lost: number;
  /** The part of the questions that are answered `unknown`, from 0 to 1; 0 unless set. */
  readonly unknown: number;
  /** The part of the questions that fail: the promise rejects or, when it answers at once, it throws; from 0 to 1, 0 unless set. */
  readonly failed: number;
  /** How long it keeps the places of a process that was killed, in milliseconds, at least 0; 1,000 unless set. */
  readonly leaseMs: number;
  /**
   * The host that it runs on. What is asked and answered takes the routes of the network then, with their latency and their faults, and
   * is lost while the host has no power. Unless set it can always be reached.
   */
  readonly host?: Host;
}

const RELIABLE: LedgerConditions = { delayMs: 1, lost: 0, unknown: 0, failed: 0, leaseMs: 1000 };
/** The bytes of a question or an answer. */
const SIZE = 64;
/** How long a client waits before it tells the ledger again, in milliseconds. */
const AGAIN_MS = 100;

/**
 * A ledger of a simulated world, which counts places for the processes of several hosts. It is slow, loses what it is asked, and fails, as
 * its conditions say, until the world is calm. It checks its clients: a place that is released was granted, and none is left at the end.
 */
export class SimLedger {
  readonly #network: Network;
  readonly #name: string;
  readonly #dice: Dice;
  readonly #clients: Map<Process, LedgerClient> = new Map();
  readonly #most: Map<string, number> = new Map();
  #conditions: LedgerConditions;
  /** How many answers and releases are under way. */
  #underWay = 0;

  constructor(network: Network, name: string, conditions: Partial<LedgerConditions>) {
    this.#network = network;
    this.#name = name;
    this.#dice = network.diceFor(name);
    this.#conditions = checked({ ...RELIABLE, ...conditions });
  }

  /** The present conditions. */
  get conditions(): LedgerConditions {
    return this.#conditions;
  }

  /** Replaces conditions from now on. Throws a `RangeError` if one is out of range. */
  setConditions(conditions: Partial<LedgerConditions>): void {
    this.#conditions = checked({ ...this.#conditions, ...conditions });
  }

  /** From now on every question is answered. The delays stay. */
  calm(): void {
    this.setConditions({ lost: 0, unknown: 0, failed: 0 });
  }

  /** Returns the ledger as the process of that host sees it that was started last. */
  of(host: Host): Ledger {
    const process = host['~process'];
    let client = this.#clients.get(process);
    if (client === undefined) {
      client = new LedgerClient(this, process);
      this.#clients.set(process, client);
      process.atEnd.push(() => this.#expire(process));
    }
    return client;
  }

  /** How many places are granted under a key, or under all keys. Those of killed processes count until their lease is over. */
  granted(key?: string): number {
    let sum = 0;
    for (const client of this.#clients.values()) sum += client.granted(key);
    return sum;
  }

  /** The most places that were granted under a key at a time. */
  most(key: string): number {
    return this.#most.get(key) ?? 0;
  }

  /** True while an answer or a release is under way. */
  get busy(): boolean {
    return this.#underWay > 0;
  }

  /** Tells the world which places the processes that live still have. */
  judgeEnd(): void {
    for (const [process, client] of this.#clients) {
      if (!process.running) continue;
      for (const [key, count] of client.open)
        if (count !== 0) process.fault(`has ended and still has ${count} of ${this.#name} under ${key}`);
    }
  }

  // The client's side.

  /** What becomes of a question: `lost`, `unknown`, `failed`, or that it is answered. */
  '~fate'(): 'answered' | 'lost' | 'unknown' | 'failed' {
    const { lost, unknown, failed } = this.#conditions;
    if (this.#dice.chance(lost)) return 'lost';
    if (this.#dice.chance(unknown)) return 'unknown';
    return this.#dice.chance(failed) ? 'failed' : 'answered';
  }

  /** True if it answers at once. */
  get '~prompt'(): boolean {
    return this.#conditions.delayMs === 0 && this.#conditions.host === undefined;
  }

  /** True for a client that looks at the signal of a question. */
  '~heeds'(): boolean {
    return this.#dice.chance(0.5);
  }

  /** Decides about a place. */
  '~decide'(client: LedgerClient, key: string, max: number): Answer {
    const count = this.granted(key);
    if (count >= max) return 'refused';
    client.grant(key);
    this.#most.set(key, Math.max(this.most(key), count + 1));
    this.#network.note(`${this.#name} grants ${client.process.name} ${key}, ${count + 1} of ${max}`);
    return 'granted';
  }

  /** Carries a question to the ledger, and what `decide` returns back. `arrive` is called in the process, if that lives. */
  '~ask'<T>(process: Process, decide: () => T, arrive: (answer: T) => void): void {
    this.#carry(process, 'there', () => {
      if (this.#conditions.host?.['~kernel'].up === false) return;
      const answer = decide();
      this.#carry(process, 'back', () => {
        if (process.running) this.#network.inside(() => arrive(answer));
      });
    });
  }

  /** Carries what must not be lost to the ledger. It is told again until it is up. */
  '~tell'(process: Process, arrive: () => void): void {
    this.#carry(process, 'there', () => {
      if (this.#conditions.host?.['~kernel'].up !== false) arrive();
      else if (process.running) this.#after(AGAIN_MS, () => this['~tell'](process, arrive));
    });
  }

  #carry(process: Process, way: 'there' | 'back', arrive: () => void): void {
    const { delayMs, host } = this.#conditions;
    this.#after(delayMs === 0 ? 0 : this.#dice.between(0, delayMs / 2), () => {
      if (host === undefined) return arrive();
      const [from, to] = way === 'there' ? [process.kernel, host['~kernel']] : [host['~kernel'], process.kernel];
      this.#underWay += 1;
      new Lane(this.#network.route(from, to)).send(SIZE, () => {
        this.#underWay -= 1;
        arrive();
      });
    });
  }

  #after(delayMs: number, task: () => void): void {
    this.#underWay += 1;
    this.#network.schedule.after(delayMs, () => {
      this.#underWay -= 1;
      task();
    });
  }

  /** A process was killed: what it had returns with the end of its lease. */
  #expire(process: Process): void {
    this.#network.schedule.after(this.#conditions.leaseMs, () => {
      this.#clients.delete(process);
      this.#network.note(`${this.#name} forgets ${process.name}`);
    });
  }
}

/** The ledger as one process sees it. */
class LedgerClient implements Ledger {
  readonly process: Process;
  /** How many places it was told of and has not released, for each key. */
  readonly open: Map<string, number> = new Map();
  readonly #ledger: SimLedger;
  /** How many places the ledger has counted for it, for each key. */
  readonly #granted: Map<string, number> = new Map();

  constructor(ledger: SimLedger, process: Process) {
    this.#ledger = ledger;
    this.process = process;
  }

  granted(key: string | undefined): number {
    if (key !== undefined) return this.#granted.get(key) ?? 0;
    return [...this.#granted.values()].reduce((sum, count) => sum + count, 0);
  }

  grant(key: string): void {
    add(this.#granted, key, 1);
  }

  acquire(key: string, max: number, signal: AbortSignal): Answer | Promise<Answer> {
    const [ledger, { process }] = [this.#ledger, this];
    const fate = ledger['~fate']();
    if (fate === 'lost' || !process.running) return new Promise(() => {});
    if (ledger['~prompt'])
      return this.#told(
        key,
        answerOf(fate, () => ledger['~decide'](this, key, max)),
      );
    return new Promise((resolve, reject) => {
      let wanted = true;
      if (ledger['~heeds']())
        signal.addEventListener('abort', () => {
          wanted = false;
          reject(signal.reason);
        });
      const decide = (): Answer | Error | undefined => {
        // A question that was taken back in time is not counted.
        if (!wanted || !process.running) return undefined;
        return fate === 'failed' ? failure() : answerOf(fate, () => ledger['~decide'](this, key, max));
      };
      ledger['~ask'](process, decide, (answer) => {
        if (answer instanceof Error) reject(answer);
        else if (answer !== undefined && wanted) resolve(this.#told(key, answer));
        // The program has turned away: the client itself gives back what comes.
        else if (answer === 'granted') this.#giveBack(key);
      });
    });
  }

  release(key: string): void {
    if (!this.process.running) return;
    const count = this.open.get(key) ?? 0;
    if (count === 0) this.process.fault(`releases a place under ${key} that it was not granted`);
    else {
      this.open.set(key, count - 1);
      this.#giveBack(key);
    }
  }

  #told(key: string, answer: Answer): Answer {
    if (answer === 'granted') add(this.open, key, 1);
    return answer;
  }

  #giveBack(key: string): void {
    const arrive = (): void => add(this.#granted, key, -1);
    if (this.#ledger['~prompt']) arrive();
    else this.#ledger['~tell'](this.process, arrive);
  }
}

function answerOf(fate: 'answered' | 'unknown' | 'failed', decide: () => Answer): Answer {
  if (fate === 'failed') throw failure();
  return fate === 'unknown' ? 'unknown' : decide();
}

function failure(): Error {
  return new Error('the simulated ledger has failed');
}

function add(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function checked(conditions: LedgerConditions): LedgerConditions {
  const { delayMs, leaseMs, lost, unknown, failed } = conditions;
  for (const [name, value] of Object.entries({ delayMs, leaseMs }))
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
      throw new RangeError(`${name} is ${value}, not a finite number of at least 0`);
  for (const [name, value] of Object.entries({ lost, unknown, failed }))
    if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} is ${value}, not a number from 0 to 1`);
  return conditions;
}
