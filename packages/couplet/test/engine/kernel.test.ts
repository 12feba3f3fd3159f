import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type PeerCredentials, Protocol, ServerTLS, type TcpInfo } from 'couplet';
import { Filter, guard } from 'couplet/policies';
import { Admission } from '../../src/engine/admission.ts';
import { Engine } from '../../src/engine/engine.ts';
import { boundsOf } from '../../src/protocol/options.ts';
import type { KernelSocket } from '../../src/seam/kernel.ts';
import { FakeBackend } from '../fake-backend.ts';
import { FakeWire } from '../fake-wire.ts';
import { originOf } from '../origin.ts';

const PEM = '-----BEGIN NOTHING-----';
const PEER: PeerCredentials = { pid: 17, uid: 1000, gid: 100 };
const TCP: TcpInfo = {
  state: 'ESTABLISHED',
  roundTripMs: 0.05,
  roundTripVariationMs: 0.02,
  retransmitTimeoutMs: 201,
  retransmits: 0,
  congestionWindow: 10,
  segmentBytes: 32_768,
  unacked: 0,
  unsentBytes: 0,
  deliveryRate: 0,
  lastSentMs: 1,
  lastReceivedMs: 2,
};

/** A wire with a kernel that writes down what it is asked for. */
class KernelWire extends FakeWire {
  readonly asked: string[] = [];
  received: ((fd: number) => boolean) | undefined;
  open = true;
  readonly kernel: KernelSocket = {
    peerCredentials: () => {
      this.asked.push('peer');
      return this.open ? PEER : undefined;
    },
    tcpInfo: () => {
      this.asked.push('tcp');
      return this.open ? TCP : undefined;
    },
    sendDescriptor: (fd) => void this.asked.push(`send ${fd}`),
    receiveDescriptors: (received) => {
      this.received = received;
    },
  };
}

class Taker extends Protocol {
  readonly log: string[] = [];
  override fileDescriptorReceived(fd: number): void {
    this.log.push(`file ${fd}`);
  }
  override connectionLost(): void {
    this.log.push('lost');
  }
}

/** A protocol that is seated on a wire, and the engine. */
function seated<P extends Protocol>(protocol: P, wire = new KernelWire()) {
  const engine = new Engine(new FakeBackend());
  const factory = guard(() => protocol, { filter: (below) => new Filter(below) });
  const admission = new Admission(engine, factory, { bounds: boundsOf({}) }, originOf(engine, factory), {
    building: () => {},
    seated: (connection) => void connection.start(),
    refused: () => assert.fail('refused'),
    lost: () => {},
  });
  admission.begin(wire);
  return { engine, protocol, wire, transport: protocol.transport };
}

describe('what only the system knows', () => {
  test('R65 the credentials are asked for once, and remembered', () => {
    const { transport, wire } = seated(new Protocol());
    assert.deepEqual(wire.asked, []);
    assert.equal(transport.peerCredentials, PEER);
    wire.open = false;
    assert.equal(transport.peerCredentials, PEER);
    assert.deepEqual(wire.asked, ['peer']);
  });

  test('R65 R66 a runtime that does not tell', () => {
    const { transport, engine } = seated(new Protocol(), Object.assign(new KernelWire(), { kernel: undefined }));
    assert.deepEqual([transport.peerCredentials, transport.sendFileDescriptor], [undefined, undefined]);
    const [id = 0] = [...engine.live].flatMap((one) => [...one.views()].map((view) => view.id));
    assert.deepEqual(
      Object.keys(engine.live.detail(id) ?? {}).filter((name) => /tcp|cred/.test(name)),
      [],
    );
  });

  test('R66 a look at all asks for nothing, one at a connection for its own', () => {
    const { engine, wire } = seated(new Protocol());
    const [view, ...others] = [...engine.live].flatMap((one) => [...one.views()]);
    assert.deepEqual([others.length, wire.asked], [0, []]);
    const detail = engine.live.detail(view?.id ?? -1);
    assert.deepEqual([detail?.tcp, detail?.credentials, detail?.protocol], [TCP, PEER, 'Protocol']);
    assert.deepEqual(wire.asked, ['tcp', 'peer']);
    assert.equal(engine.live.detail(-1), undefined);
  });
});

describe('descriptors', () => {
  test('R67 are passed on to a protocol that takes them, while it gets input', () => {
    const { wire, protocol, transport } = seated(new Taker());
    assert.equal(wire.received?.(7), true);
    transport.loseConnection();
    assert.equal(wire.received?.(8), false);
    assert.deepEqual(protocol.log, ['file 7']);
  });

  test('R67 are not asked for without the method', () => {
    assert.equal(seated(new Protocol()).wire.received, undefined);
  });

  test('R67 are sent while something can be written, in clear', () => {
    const { wire, transport } = seated(new Protocol());
    const { sendFileDescriptor } = transport;
    sendFileDescriptor?.(5);
    assert.deepEqual(wire.asked, ['send 5']);
    transport.startTLS(new ServerTLS({ cert: PEM, key: PEM }));
    assert.equal(transport.sendFileDescriptor, undefined);
    transport.abortConnection();
    sendFileDescriptor?.(6);
    assert.deepEqual(wire.asked, ['send 5']);
  });
});
