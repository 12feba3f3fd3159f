// What callbacks may be, and what a transport takes. Compiled, never run.
import type { Clock, Connector, Consumer, MovedChunk, Observer, Producer, PullProducer, Transport } from 'couplet';
import { ClientFactory, ConnectionDone, Factory, Protocol, Reactor } from 'couplet';
import { NodeBackend } from 'couplet/node';
import { exactly } from './exactly.ts';

export class Synchronous extends Protocol {
  override connectionMade(): void {
    exactly<Transport>()(this.transport);
  }
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
  override readConnectionLost(): void {}
  override writeConnectionLost(): void {}
  override readingResumed(): void {}
  override draining(leftMs: number): void {
    exactly<number>()(leftMs);
  }
  override leaving(): void {}
  override connectionLost(reason: Error): void {
    if (reason instanceof ConnectionDone) exactly<ConnectionDone>()(reason);
  }
}

export class HandedOver extends Protocol {
  override fileDescriptorReceived(fd: number): void {
    exactly<number>()(fd);
    // @ts-expect-error Few transports can.
    this.transport.sendFileDescriptor(fd);
    this.transport.sendFileDescriptor?.(fd);
    // @ts-expect-error Few transports tell.
    exactly<number>()(this.transport.peerCredentials.uid);
    exactly<number | undefined>()(this.transport.peerCredentials?.uid);
  }
}

export class Asynchronous extends Protocol {
  override async connectionMade(): Promise<void> {
    await this.transport.drained();
  }
  override async dataReceived(data: Buffer): Promise<void> {
    if (!this.transport.write(data)) exactly<boolean>()(await this.transport.drained());
  }
  override async readConnectionLost(): Promise<void> {}
  override async writeConnectionLost(): Promise<void> {}
  override async readingResumed(): Promise<void> {}
  override async draining(): Promise<void> {}
  override async leaving(): Promise<void> {}
  override async connectionLost(_reason: Error): Promise<void> {}
}

export class Narrow extends Protocol {
  // A view of the bytes is enough for whoever asks no more of them.
  override dataReceived(data: Uint8Array): void {
    void data;
  }
}

export class Wrong extends Protocol {
  // @ts-expect-error data comes as bytes
  override dataReceived(data: string): void {
    void data;
  }
  // @ts-expect-error the reason is an Error
  override connectionLost(reason: string): void {
    void reason;
  }
  // @ts-expect-error a callback returns nothing, or a promise of nothing
  override connectionMade(): number {
    return 1;
  }
}

export class Misspelt extends Protocol {
  // @ts-expect-error there is no such callback to override
  override conectionMade(): void {}
}

export class WrongHooks extends Factory {
  override startFactory(reactor: Clock): void {
    reactor.callLater(1000, (name: string, times: number) => `${name} ${times}`, 'poem', 2);
    // @ts-expect-error an argument is missing
    reactor.callLater(1000, (name: string, times: number) => `${name} ${times}`, 'poem');
    // @ts-expect-error the argument is of another type
    reactor.callLater(1000, (name: string) => name, 5);
    // @ts-expect-error the delay is in milliseconds, a number
    reactor.callLater('1s', () => {});
  }
  // @ts-expect-error a server factory has no such hook
  override startedConnecting(): void {}
}

// The reactor that a factory gets is a whole one, and an override may say so.

export class Reaching extends Factory {
  reactor: Reactor | undefined;
  override startFactory(reactor: Reactor): void {
    this.reactor = reactor;
  }
}

export class ReachingOut extends ClientFactory {
  override async startFactory(reactor: Reactor): Promise<void> {
    await reactor.listenTCP(0, () => new Protocol());
  }
}

export async function accepting(reactor: Reactor): Promise<void> {
  const one = await reactor.acceptOne(new Narrow(), { from: '192.0.2.1', interface: '::', timeoutMs: 1000 });
  exactly<number>()(one.port);
  exactly<Narrow>()(await one.connection);
  // @ts-expect-error a class, not a protocol
  await reactor.acceptOne(Narrow);
}

export class Hooks extends ClientFactory {
  override startedConnecting(connector: Connector): void {
    exactly<string>()(connector.destination);
  }
  override clientConnectionLost(connector: Connector, _reason: Error): void {
    connector.connect();
  }
}

export function writing(transport: Transport, consumer: Consumer): void {
  exactly<boolean>()(transport.write('text'));
  transport.write(Buffer.from('bytes'));
  transport.write(new Uint8Array(3));
  transport.writeSequence(['text', new Uint8Array(3)]);
  consumer.write('text');
  // @ts-expect-error a number is neither bytes nor text
  transport.write(5);
  // @ts-expect-error neither is null
  transport.write(null);
  // @ts-expect-error neither is undefined
  transport.write(undefined);
  // @ts-expect-error there must be something to write
  transport.write();
  // @ts-expect-error a buffer without a view says not what its bytes are
  transport.write(new ArrayBuffer(3));
  // @ts-expect-error a view of wider elements
  transport.write(new Uint16Array(3));
  // @ts-expect-error pieces, not numbers
  transport.writeSequence([1, 2, 3]);
  // @ts-expect-error the state is read only
  transport.paused = true;
}

export function producing(transport: Transport, other: Transport): void {
  const pull: PullProducer = { resumeProducing: () => {}, stopProducing: () => {} };
  const push: Producer = { ...pull, pauseProducing: () => {} };
  transport.registerProducer(pull, false);
  transport.registerProducer(push, true);
  transport.registerProducer(push, false);
  // A transport produces what it reads: this is how one is forwarded to another.
  transport.registerProducer(other, true);
  // @ts-expect-error a pull producer cannot be paused
  transport.registerProducer(pull, true);
  // @ts-expect-error whether it streams must be said
  transport.registerProducer(push);
  // @ts-expect-error nobody could stop it
  transport.registerProducer({ resumeProducing: () => {} }, false);
}

export function running(observer: Observer): void {
  const reactor = new Reactor(new NodeBackend());
  exactly<Promise<void>>()(reactor.run({ signals: false }));
  exactly<() => void>()(reactor.observe(observer));
  reactor.observe({});
  reactor.observe({ error: ({ who, where, error }) => void [who, where, error] });
  reactor.observe(
    {
      callback: ({ who, ms, at, connection }) => {
        exactly<string>()(who);
        exactly<number>()(at - ms);
        exactly<number | undefined>()(connection);
      },
      chunk: (chunk, data) => {
        exactly<MovedChunk>()(chunk);
        exactly<'in' | 'out'>()(chunk.direction);
        exactly<Buffer | undefined>()(data);
        // @ts-expect-error what was told does not change
        chunk.bytes = 0;
      },
    },
    { bytesOf: new Set<number>() },
  );
  // A view of the bytes is enough for whoever asks no more of them.
  reactor.observe({ chunk: (_chunk, data?: Uint8Array) => void data });
  // @ts-expect-error the bytes may be absent
  reactor.observe({ chunk: (_chunk, data) => void data.length });
  // @ts-expect-error ids are numbers
  reactor.observe({}, { bytesOf: new Set(['1']) });
  reactor.callWhenRunning((times: number) => times, 3);
  const trigger = reactor.addSystemEventTrigger('before', 'shutdown', async () => {});
  reactor.removeSystemEventTrigger(trigger);
  // @ts-expect-error there is no such phase
  reactor.addSystemEventTrigger('while', 'shutdown', () => {});
  // @ts-expect-error there is no such event
  reactor.addSystemEventTrigger('before', 'lunch', () => {});
  // @ts-expect-error the state is read only
  reactor.running = true;
}
