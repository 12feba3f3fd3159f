import process from 'node:process';
import { Factory, type Observer, Protocol, reactor } from 'couplet';
import { serve } from './serve.ts';

const [, , work = '', watch = '', bytes = '0'] = process.argv;
const poem = Buffer.alloc(Number(bytes), 'x');
/** How many events a recording keeps. */
const LATEST = 4096;

class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

class Poetry extends Protocol {
  override connectionMade(): void {
    this.transport.write(poem);
    this.transport.loseConnection();
  }
}

const WORKS: Readonly<Record<string, Factory>> = {
  echo: Factory.forProtocol(Echo),
  poems: Factory.forProtocol(Poetry),
};

/** Looks at all that there is once a second, and asks for slow callbacks, as an inspector does. */
function inspect(): void {
  reactor.observe({ slowCallback() {} });
  reactor.callEvery(1000, () => {
    const { ports, connectors, connections, timers } = reactor.inspect();
    for (const all of [ports(), connectors(), connections(), timers()]) for (const view of all) void view.id;
  });
  const beat = (): unknown => reactor.callLater(100, beat);
  beat();
}

/** Keeps the latest chunks and callbacks as well. */
function record(): void {
  inspect();
  const latest: object[] = [];
  let at = 0;
  const keep = (event: object): void => {
    latest[at] = event;
    at = (at + 1) % LATEST;
  };
  const observer: Observer = { chunk: (chunk) => keep(chunk), callback: (callback) => keep(callback) };
  reactor.observe(observer);
}

const WATCHES: Readonly<Record<string, () => void>> = { alone: () => {}, inspected: inspect, recorded: record };

const factory = WORKS[work];
const begin = WATCHES[watch];
if (factory === undefined || begin === undefined)
  throw new Error(`usage: observed.ts echo|poems alone|inspected|recorded`);
begin();
await serve(factory);
