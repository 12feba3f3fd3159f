import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectionDone, Protocol } from 'couplet';
import { StringTransport } from 'couplet/testing';
import { ProtocolWatch } from '../../src/sim/protocol-watch.ts';
import { bytesOf, Rig } from './rig.ts';

/** A connection whose engine is the test: it may do what no engine may. */
class Stage {
  readonly faults: string[] = [];
  readonly transport: StringTransport = new StringTransport();
  readonly protocol: Protocol;
  readonly witness: ProtocolWatch;

  private constructor(rig: Rig, wire: ConstructorParameters<typeof ProtocolWatch>[0], protocol: Protocol) {
    assert.deepEqual(rig.faults, []);
    this.protocol = protocol;
    this.witness = new ProtocolWatch(wire, this.transport, protocol, (what) => this.faults.push(what));
  }

  static async open(protocol: Protocol = new Protocol()): Promise<Stage> {
    const rig = new Rig();
    const { near } = await rig.pair();
    return new Stage(rig, near.wire, protocol);
  }

  make(): void {
    this.protocol.makeConnection(this.transport);
  }

  /** The wire gives bytes, and the protocol gets what it is given. */
  arrive(bytes: Buffer, given: Buffer = bytes): void {
    this.witness.read(bytes);
    this.protocol.dataReceived(given);
  }

  lose(reason: Error = new ConnectionDone()): void {
    this.protocol.connectionLost(reason);
  }
}

/** A producer that does what it is told. */
const producer = { pauseProducing: () => {}, resumeProducing: () => {}, stopProducing: () => {} };

/** What an engine may do wrong, and what is said of it. */
const WRONGS: readonly [string, RegExp, (stage: Stage) => void][] = [
  ['data before connectionMade', /dataReceived of a connection that is unborn/, (stage) => stage.arrive(bytesOf(1))],
  [
    'connectionMade twice',
    /connectionMade of a connection that is alive/,
    (stage) => {
      stage.make();
      stage.make();
    },
  ],
  [
    'connectionLost twice',
    /connectionLost of a connection that is lost/,
    (stage) => {
      stage.make();
      stage.lose();
      stage.lose();
    },
  ],
  [
    'data after connectionLost',
    /dataReceived of a connection that is lost/,
    (stage) => {
      stage.make();
      stage.lose();
      stage.arrive(bytesOf(1));
    },
  ],
  [
    'a connection that is forgotten',
    /connectionLost never came/,
    (stage) => {
      stage.make();
      stage.witness.leave();
    },
  ],
  [
    'bytes that are lost on the way to the wire',
    /never sent/,
    (stage) => {
      stage.make();
      stage.transport.write('two lines');
      stage.transport.loseConnection();
      stage.lose();
    },
  ],
  [
    'bytes that are sent twice',
    /the wire is given other bytes/,
    (stage) => {
      stage.make();
      stage.transport.write('two lines');
      stage.witness.wrote(Buffer.from('two lines'));
      stage.witness.wrote(Buffer.from('two lines'));
    },
  ],
  [
    'bytes that change on the way to the wire',
    /the wire is given other bytes/,
    (stage) => {
      stage.make();
      stage.transport.write('two lines');
      stage.witness.wrote(Buffer.from('two limes'));
    },
  ],
  [
    'what is written after the end is sent',
    /the wire is given other bytes/,
    (stage) => {
      stage.make();
      stage.transport.loseConnection();
      stage.transport.write('more');
      stage.witness.wrote(Buffer.from('more'));
    },
  ],
  [
    'bytes that change on the way to the protocol',
    /the protocol is given other bytes/,
    (stage) => {
      stage.make();
      stage.arrive(bytesOf(10), bytesOf(11).subarray(1));
    },
  ],
  [
    'bytes that are not passed on',
    /arrived and were not passed on/,
    (stage) => {
      stage.make();
      stage.witness.read(bytesOf(10));
      stage.lose();
    },
  ],
  [
    'data while reading is paused',
    /dataReceived while reading is paused/,
    (stage) => {
      stage.make();
      stage.transport.pauseProducing();
      stage.arrive(bytesOf(1));
    },
  ],
  [
    'a write after connectionLost',
    /a write after connectionLost/,
    (stage) => {
      stage.make();
      stage.lose();
      stage.transport.write('anybody?');
    },
  ],
  [
    'a producer that is resumed twice',
    /resumeProducing of a producer that is going/,
    (stage) => {
      stage.make();
      stage.transport.registerProducer(producer, true);
      for (let count = 0; count < 40; count += 1) stage.transport.write(bytesOf(2000));
      stage.transport.producer?.resumeProducing();
      stage.transport.producer?.resumeProducing();
    },
  ],
];

describe('ProtocolWatch', () => {
  test('says nothing of a connection on which all is well', async () => {
    const stage = await Stage.open();
    stage.make();
    stage.transport.write('two lines');
    stage.witness.wrote(Buffer.from('two lines'));
    stage.arrive(bytesOf(10));
    stage.transport.loseConnection();
    stage.lose();
    assert.deepEqual(stage.faults, []);
  });

  for (const [name, complaint, wrong] of WRONGS) {
    test(`notices ${name}`, async () => {
      const stage = await Stage.open();
      wrong(stage);
      assert.match(stage.faults.join('; '), complaint);
      assert.match(stage.faults.join('; '), /^Protocol on c1: /);
    });
  }

  for (const [name, complaint, wrong] of [
    [
      'an end of the peer that is not passed on',
      /it ended in order, and readConnectionLost never came/,
      (stage) => {
        stage.make();
        stage.witness.ended();
        stage.lose();
      },
    ],
    [
      'handshakeCompleted before connectionMade',
      /handshakeCompleted of a connection that is unborn/,
      ({ protocol }) => void protocol.handshakeCompleted?.(),
    ],
    [
      'handshakeCompleted inside a callback',
      /handshakeCompleted inside readConnectionLost/,
      (stage) => {
        stage.make();
        void stage.protocol.readConnectionLost?.();
      },
    ],
    [
      'takeUnread after connectionLost',
      /takeUnread of a connection that is lost/,
      (stage) => {
        stage.make();
        stage.lose();
        stage.protocol.takeUnread?.();
      },
    ],
    [
      'draining, a second time',
      /draining, a second time/,
      (stage) => {
        stage.make();
        void stage.protocol.draining?.(1000);
        void stage.protocol.draining?.(1000);
      },
    ],
    [
      'draining after connectionLost',
      /draining of a connection that is lost/,
      (stage) => {
        stage.make();
        stage.lose();
        void stage.protocol.draining?.(1000);
      },
    ],
    [
      'a callback inside draining',
      /handshakeCompleted inside draining/,
      (stage) => {
        stage.make();
        void stage.protocol.draining?.(0);
      },
    ],
    [
      'leaving, a second time',
      /leaving, a second time/,
      (stage) => {
        stage.make();
        void stage.protocol.leaving?.();
        void stage.protocol.leaving?.();
      },
    ],
    [
      'leaving after connectionLost',
      /leaving of a connection that is lost/,
      (stage) => {
        stage.make();
        stage.lose();
        void stage.protocol.leaving?.();
      },
    ],
    [
      'connectionLost without leaving',
      /connectionLost, and leaving never came/,
      (stage) => {
        stage.make();
        stage.lose();
      },
    ],
  ] as readonly (readonly [string, RegExp, (stage: Stage) => void])[]) {
    test(`notices ${name}`, async () => {
      class Aware extends Protocol {
        override handshakeCompleted(): void {}
        override readConnectionLost(): void {
          void this.handshakeCompleted();
        }
        override takeUnread(): Buffer {
          return Buffer.alloc(0);
        }
        override draining(leftMs: number): void {
          if (leftMs === 0) void this.handshakeCompleted();
        }
        override leaving(): void {}
      }
      const stage = await Stage.open(new Aware());
      wrong(stage);
      assert.match(stage.faults.join('; '), complaint);
    });
  }

  test('notices a callback inside a callback', async () => {
    class Nested extends Protocol {
      override connectionMade(): void {
        this.dataReceived(Buffer.from('too early'));
      }
    }
    const stage = await Stage.open(new Nested());
    stage.witness.read(Buffer.from('too early'));
    stage.make();
    assert.match(stage.faults.join('; '), /dataReceived inside connectionMade/);
  });
});
