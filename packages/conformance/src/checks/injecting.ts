import type { Transport } from 'couplet';
import { ConnectionLost, Factory } from 'couplet';
import { NetstringReceiver, TextLineReceiver } from 'couplet/protocols';
import { Actor } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { poemOf } from '../poem.ts';
import { type BackendUnderTest, SingleClient } from '../stage.ts';
import { Suite } from '../suite.ts';
import { clientTLS, serverTLS } from './tls.ts';

const A_WHILE = 20;

/** R37: what is sent in clear behind the command that turns to TLS. Empty if the backend under test has no TLS. */
export function injectingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  if (underTest.tls === undefined) return [];
  addInjections(suite);
  addWaits(suite);
  addReceivers(suite);
  return suite.checks;
}

function addInjections(suite: Suite): void {
  for (const [when, made] of [
    ['in the same chunk', ({ transport }: Actor) => void transport.write('?MAIL FROM:<mallory>')],
    [
      'in a chunk of its own',
      ({ transport }: Actor) => {
        transport.write('?');
        transport.clock.callLater(A_WHILE, () => transport.write('MAIL FROM:<mallory>'));
      },
    ],
  ] as const) {
    suite.add(`R37 what is sent in clear behind the command, ${when}, is never delivered`, async (stage) => {
      const heard: string[] = [];
      const data = ({ transport }: Actor, chunk: Buffer): void => {
        heard.push(String(chunk.subarray(0, 1)));
        transport.write('!');
        transport.startTLS(serverTLS(stage), chunk.subarray(1));
      };
      const { server, client } = await stage.pair({ data, secured: () => {} }, { made });
      expect((await server.lost()) instanceof ConnectionLost, `the reason is ${String(server.reason)}`);
      await client.lost();
      expectSame(heard, ['?'], 'what was delivered');
      expectSame(server.log, ['made', 'data', 'lost'], 'the log');
    });
  }
}

/** What was written before has to leave first, which can take as long as the peer likes. */
function addWaits(suite: Suite): void {
  const poem = poemOf(20_000_000);
  for (const [role, tlsOf] of [
    ['a server', serverTLS],
    ['a client', clientTLS],
  ] as const) {
    suite.add(`R37 ${role} that has yet to send in clear hears nothing behind the command`, async (stage) => {
      const heard: string[] = [];
      const data = ({ transport }: Actor, chunk: Buffer): void => {
        heard.push(String(chunk));
        transport.write(poem);
        transport.startTLS(tlsOf(stage));
      };
      const made = ({ transport }: Actor): void => {
        transport.pauseProducing();
        transport.write('?');
        transport.clock.callLater(A_WHILE, () => transport.write('INJECTED'));
        transport.clock.callLater(2 * A_WHILE, () => transport.resumeProducing());
      };
      const { server, client } = await stage.pair({ data, secured: () => {} }, { made });
      expect((await server.lost()) instanceof ConnectionLost, `the reason is ${String(server.reason)}`);
      await client.lost();
      expectSame(heard, ['?'], 'what was delivered');
    });
  }
}

/** Receivers hold what is pipelined: they must not take it for more of the same. */
function addReceivers(suite: Suite): void {
  for (const [kind, bytes] of [
    ['lines', '?\r\nMAIL FROM:<mallory>\r\n'],
    ['netstrings', '1:?,19:MAIL FROM:<mallory>,'],
  ] as const) {
    suite.add(`R37 ${kind} that are pipelined in clear behind the command are not heard`, async (stage) => {
      const heard: string[] = [];
      const lost = new Promise<Error>((resolve) => {
        const hear = (what: string, { transport }: { readonly transport: Transport }): void => {
          heard.push(what);
          transport.startTLS(serverTLS(stage));
        };
        class Lines extends TextLineReceiver {
          override lineReceived = (line: string): void => hear(line, this);
          override connectionLost = resolve;
        }
        class Netstrings extends NetstringReceiver {
          override stringReceived = (string: Buffer): void => hear(string.toString(), this);
          override connectionLost = resolve;
        }
        const factory = Factory.forProtocol(kind === 'lines' ? Lines : Netstrings);
        const sender = new Actor({ made: ({ transport }) => void transport.write(bytes) });
        void stage.listen(factory).then((port) => stage.connect(port, new SingleClient(sender)));
      });
      const reason = await lost;
      expect(reason instanceof ConnectionLost, `the reason is ${String(reason)}`);
      expectSame(heard, ['?'], 'what was heard');
    });
  }
}
