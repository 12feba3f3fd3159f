import type { BunEvents, BunRuntime, BunTlsSocket, BunUpgrade } from '../../../src/backends/bun/bun-sockets.ts';
import { NOWHERE } from '../../../src/backends/bun/bun-sockets.ts';

/** A socket of Bun that does as the test says. Its calls are kept by name. */
export class FakeSocket implements BunTlsSocket {
  data: BunEvents = NOWHERE;
  readonly calls: string[] = [];
  /** What each `write` returns, in order; then it takes everything. */
  readonly answers: number[] = [];
  readonly fd = 3;
  readonly localAddress = '127.0.0.1';
  readonly localPort = 1;
  readonly localFamily = 'IPv4';
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 2;
  readonly remoteFamily = 'IPv4';
  readonly alpnProtocol = null;
  /** The socket under TLS, from `upgradeTLS` on. */
  secured: FakeSocket | undefined;

  write(chunk: Uint8Array): number {
    this.calls.push(`write ${Buffer.from(chunk)}`);
    return this.answers.shift() ?? chunk.length;
  }

  shutdown(): void {
    this.calls.push('shutdown');
  }

  end(): void {
    this.calls.push('end');
  }

  terminate(): void {
    this.calls.push('terminate');
    // As Bun does: inside the call.
    this.data.onClose(undefined);
  }

  close(): void {
    this.calls.push('close');
    this.data.onClose(undefined);
  }

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }

  setNoDelay(): void {}

  setKeepAlive(_on: boolean, initialDelayMs: number): void {
    this.calls.push(`keepalive ${initialDelayMs}`);
  }

  upgradeTLS({ data, initialData }: BunUpgrade): readonly [FakeSocket, FakeSocket] {
    this.calls.push(`upgrade ${initialData ?? ''}`);
    const secured = new FakeSocket();
    secured.data = data;
    this.secured = secured;
    return [this, secured];
  }

  getTLSVersion(): string {
    return 'TLSv1.3';
  }

  getCipher(): undefined {}

  getServername(): false {
    return false;
  }

  isSessionReused(): boolean {
    return true;
  }

  setSession(): void {}

  getPeerX509Certificate(): undefined {}

  getPeerCertificate(): undefined {}
}

/** A Bun whose attempts to connect end as the test says. */
export class FakeBun implements BunRuntime {
  /** What gets the events of the latest attempt. */
  data: BunEvents = NOWHERE;
  fail: (error: unknown) => void = () => {};

  listen(): never {
    throw new Error('nobody listens');
  }

  connect({ data }: { readonly data: BunEvents }): Promise<unknown> {
    this.data = data;
    return new Promise((_resolve, reject) => {
      this.fail = reject;
    });
  }
}
