import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTCP, createServer as createProxy } from 'node:net';
import { before, describe } from 'node:test';
import { createServer } from 'node:tls';
import { ClientTLS, ConnectionAborted, ConnectionDone, ServerTLS, TimeoutError, TLSError } from 'couplet';
import { runtime } from 'couplet-test/runtime';
import type { Identity } from './certificates.ts';
import { Authority } from './certificates.ts';
import { foreignClient, numberOf, Party, restOf, TLSStage, test } from './tls-stage.ts';

describe('TLS', () => {
  let authority: Authority;
  let ca: string;
  let local: Identity;
  let verified: ClientTLS;

  before(async () => {
    authority = await Authority.create();
    ca = authority.ca;
    local = await authority.certify(['localhost', '127.0.0.1']);
    verified = new ClientTLS({ ca });
  });

  test('R1 connectionMade runs after the handshake, and knows what it agreed on', async () => {
    const stage = new TLSStage();
    const port = await stage.listen(new ServerTLS({ ...local, alpn: ['poem', 'prose'] }));
    const tls = new ClientTLS({ ca, serverName: 'localhost', alpn: ['prose'] });
    const client = await stage.connect(numberOf(port), tls, new Party());
    const server = await stage.party(0);
    assert.deepEqual([client.log, server.log], [['made TLSv1.3'], ['made TLSv1.3']]);
    const mine = client.transport.tls;
    const theirs = server.transport.tls;
    assert.deepEqual([mine?.alpn, theirs?.alpn, theirs?.serverName], ['prose', 'prose', 'localhost']);
    assert.deepEqual([mine?.verified, theirs?.verified, mine?.resumed], [true, false, false]);
    assert.match(mine?.cipher ?? '', /^TLS_/);
    assert.equal(mine?.peerCertificate?.subject, 'CN=localhost');
    assert.match(mine?.peerCertificate?.subjectAltName ?? '', /DNS:localhost, IP Address:127\.0\.0\.1/);
    assert.equal(theirs?.peerCertificate, undefined);
    client.transport.loseConnection();
    await client.until(() => client.reason !== undefined);
    await port.stopListening();
    assert.ok(client.reason instanceof ConnectionDone);
  });

  test('R5 everything written arrives at a foreign peer, which sends meanwhile, and close_notify follows', async () => {
    const stage = new TLSStage();
    const poem = Buffer.alloc(5_000_000, 'a line\n');
    class Reciter extends Party {
      override connectionMade(): void {
        this.transport.write(poem);
        this.transport.loseConnection();
      }
    }
    const port = await stage.listen(new ServerTLS(local), Reciter);
    const socket = await foreignClient(numberOf(port), { ca, servername: 'localhost' });
    socket.write(Buffer.alloc(1_000_000));
    const received = await restOf(socket);
    socket.destroy();
    await port.stopListening();
    assert.ok(received.equals(poem), `${received.length} bytes`);
    const server = await stage.party(0);
    await server.until(() => server.reason !== undefined);
    assert.ok(server.reason instanceof ConnectionDone, String(server.reason));
  });

  test('R37 close_notify is the last thing that leaves, also when everything is said at once', async () => {
    const stage = new TLSStage();
    class Reciter extends Party {
      override connectionMade(): void {
        this.transport.write('a poem');
        this.transport.loseConnection();
      }
    }
    const port = await stage.listen(new ServerTLS(local), Reciter);
    // Node does not tell whether a peer said goodbye: the records do.
    const passed: Buffer[] = [];
    const between = createProxy((near) => {
      const far = connectTCP(numberOf(port), '127.0.0.1');
      near
        .pipe(far)
        .on('data', (chunk) => passed.push(chunk))
        .pipe(near);
    });
    between.listen(0, '127.0.0.1');
    await once(between, 'listening');
    const address = between.address();
    assert.ok(address !== null && typeof address === 'object');
    const socket = await foreignClient(address.port, { ca, servername: 'localhost' });
    assert.equal(String(await restOf(socket)), 'a poem');
    socket.destroy();
    between.close();
    await port.stopListening();
    const lengths: number[] = [];
    const bytes = Buffer.concat(passed);
    for (let at = 0; at < bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) lengths.push(bytes.readUInt16BE(at + 3));
    // An alert: level, description, type and tag (RFC 8446, 5.2 and 6.1).
    assert.equal(lengths.at(-1), 2 + 1 + 16);
  });

  test('R7 the end of output of a foreign peer does not cut off the answer', async () => {
    const stage = new TLSStage();
    const poem = Buffer.alloc(2_000_000, 'a line\n');
    class Answer extends Party {
      override readConnectionLost(): void {
        this.transport.write(poem);
        this.transport.loseConnection();
      }
    }
    const port = await stage.listen(new ServerTLS(local), Answer);
    const socket = await foreignClient(numberOf(port), { ca, servername: 'localhost' });
    socket.end('please');
    const received = await restOf(socket);
    await port.stopListening();
    assert.ok(received.equals(poem), `${received.length} bytes`);
    assert.equal((await stage.party(0)).received.toString(), 'please');
  });

  test('R6 abortConnection resets the socket under TLS', async () => {
    const stage = new TLSStage();
    const port = await stage.listen(new ServerTLS(local));
    const socket = await foreignClient(numberOf(port), { ca, servername: 'localhost' });
    const server = await stage.party(0);
    socket.resume();
    server.transport.abortConnection();
    const [error] = await once(socket, 'error');
    await port.stopListening();
    assert.equal(error.code, 'ECONNRESET');
    await server.until(() => server.reason !== undefined);
    assert.ok(server.reason instanceof ConnectionAborted);
  });

  test('R14 pausing holds decrypted bytes back, and loses none', async () => {
    const stage = new TLSStage();
    const port = await stage.listen(new ServerTLS(local));
    const socket = await foreignClient(numberOf(port), { ca, servername: 'localhost' });
    const server = await stage.party(0);
    socket.write('one');
    await server.until(() => server.received.length === 3);
    server.transport.pauseProducing();
    const verse = Buffer.alloc(300_000, 'two');
    socket.end(verse);
    // Another connection's round trip: the bytes are there by then.
    const other = await foreignClient(numberOf(port), { ca, servername: 'localhost' });
    other.destroy();
    assert.equal(server.received.length, 3);
    server.transport.resumeProducing();
    await server.until(() => server.reason !== undefined);
    await port.stopListening();
    assert.ok(server.received.subarray(3).equals(verse), `${server.received.length} bytes`);
    assert.ok(server.reason instanceof ConnectionDone);
  });

  describe('R37 who is who', () => {
    test('a server that cannot be verified is no server: TLSError, and no protocol on either side', async () => {
      const stage = new TLSStage();
      const expired = await authority.certify(['localhost', '127.0.0.1'], -1);
      const stranger = await (await Authority.create('somebody else')).certify(['localhost', '127.0.0.1']);
      const wrongs: [Identity, string | undefined, RegExp][] = [
        [local, 'poems.example', /poems\.example\. is not in the cert's altnames/],
        [local, '127.0.0.2', /IP: 127\.0\.0\.2 is not in the cert's list/],
        // Deno has one reason for all that is wrong with a chain.
        [expired, undefined, runtime === 'deno' ? /unable to verify/ : /certificate has expired/],
        [stranger, undefined, /unable to (?:verify|get)/],
      ];
      for (const [at, [identity, serverName, message]] of wrongs.entries()) {
        const port = await stage.listen(new ServerTLS(identity));
        const tls = serverName === undefined ? verified : new ClientTLS({ ca, serverName });
        const party = new Party();
        await assert.rejects(stage.connect(numberOf(port), tls, party), (error: Error) => {
          assert.ok(error instanceof TLSError, String(error));
          assert.match(error.message, message);
          assert.match(error.message, /^127\.0\.0\.1:\d+: the TLS handshake failed: /);
          return true;
        });
        assert.deepEqual(party.log, []);
        assert.ok((await stage.refusal(at)) instanceof TLSError);
        await port.stopListening();
      }
      assert.deepEqual(stage.served, []);
    });

    test('verification that is switched off says so on standard error', async () => {
      const lines: string[] = [];
      const stage = new TLSStage();
      const port = await stage.listen(new ServerTLS(local));
      const complain = console.error;
      console.error = (line: string) => lines.push(line);
      try {
        const tls = new ClientTLS({ verify: false, serverName: 'poems.example' });
        const client = await stage.connect(numberOf(port), tls, new Party());
        assert.equal(client.transport.tls?.verified, false);
        client.transport.abortConnection();
        await client.until(() => client.reason !== undefined);
      } finally {
        console.error = complain;
      }
      await port.stopListening();
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? '', /^warning: TLS without verification/);
    });

    test('a server that requires a certificate of its clients accepts none without, and none of a stranger', async () => {
      const stage = new TLSStage();
      const mine = await authority.certify(['client.example']);
      const foreign = await (await Authority.create('somebody else')).certify(['client.example']);
      const port = await stage.listen(new ServerTLS({ ...local, ca, clientAuth: 'require' }));
      const client = await stage.connect(numberOf(port), new ClientTLS({ ca, identity: mine }), new Party());
      const server = await stage.party(0);
      assert.equal(server.transport.tls?.peerCertificate?.subject, 'CN=client.example');
      assert.equal(server.transport.tls?.verified, true);
      // In TLS 1.3 the client is done before the server has looked at its certificate.
      for (const tls of [verified, new ClientTLS({ ca, identity: foreign })]) {
        const party = new Party();
        const outcome = await stage.connect(numberOf(port), tls, party).catch((error: Error) => error);
        if (outcome === party) await party.until(() => party.reason !== undefined);
        else assert.ok(outcome instanceof TLSError, String(outcome));
        assert.notEqual(party.reason?.name, 'ConnectionDone');
      }
      assert.match((await stage.refusal(0)).message, /peer (?:did not return a certificate|sent no certificates)/);
      assert.match((await stage.refusal(1)).message, /the client's certificate: /);
      assert.equal(stage.served.length, 1);
      client.transport.abortConnection();
      await client.until(() => client.reason !== undefined);
      await port.stopListening();
    });

    test('a server that requests one takes clients without, but not with a bad one', async () => {
      const stage = new TLSStage();
      const foreign = await (await Authority.create('somebody else')).certify(['client.example']);
      const port = await stage.listen(new ServerTLS({ ...local, ca, clientAuth: 'request' }));
      const client = await stage.connect(numberOf(port), verified, new Party());
      const server = await stage.party(0);
      assert.deepEqual([server.transport.tls?.verified, server.transport.tls?.peerCertificate], [false, undefined]);
      const liar = stage.connect(numberOf(port), new ClientTLS({ ca, identity: foreign }), new Party());
      liar.catch(() => {});
      assert.match((await stage.refusal(0)).message, /the client's certificate: /);
      client.transport.abortConnection();
      await client.until(() => client.reason !== undefined);
      await port.stopListening();
    });

    test('the certificate is the one of the name that the client asks for, else the first', async () => {
      const stage = new TLSStage();
      const other = await authority.certify(['poems.example', '*.poems.example']);
      const port = await stage.listen(new ServerTLS({ ...local, identities: [other] }));
      for (const [serverName, subject] of [
        ['poems.example', 'CN=poems.example'],
        ['old.poems.example', 'CN=poems.example'],
        ['localhost', 'CN=localhost'],
      ]) {
        const socket = await foreignClient(numberOf(port), { ca, servername: `${serverName}` });
        assert.equal(socket.getPeerX509Certificate()?.subject, subject);
        socket.destroy();
      }
      await port.stopListening();
    });
  });

  test('R37 no application protocol in common ends the handshake', async () => {
    const stage = new TLSStage();
    const port = await stage.listen(new ServerTLS({ ...local, alpn: ['poem'] }));
    const attempt = stage.connect(numberOf(port), new ClientTLS({ ca, alpn: ['prose'] }), new Party());
    await assert.rejects(attempt, TLSError);
    assert.match((await stage.refusal(0)).message, /alpn|application protocol|known protocol/i);
    await port.stopListening();
  });

  test('R37 who says nothing, and who says no TLS, is closed: at the handshake timeout, and at once', async () => {
    const stage = new TLSStage();
    const port = await stage.listen(new ServerTLS({ ...local, handshakeTimeoutMs: 50 }));
    const silent = connectTCP(numberOf(port), '127.0.0.1');
    silent.on('error', () => {});
    const loud = connectTCP(numberOf(port), '127.0.0.1');
    loud.end('GET / HTTP/1.1\r\n\r\n');
    loud.on('error', () => {}).resume();
    const closed = [silent, loud].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    await Promise.all(closed);
    const reasons = [await stage.refusal(0), await stage.refusal(1)];
    await port.stopListening();
    const late = reasons.find((reason) => reason instanceof TimeoutError);
    const wrong = reasons.find((reason) => reason instanceof TLSError);
    assert.equal(late?.message, 'no TLS handshake within 0.05 s');
    assert.match(wrong?.message ?? '', /^the TLS handshake failed: /);
    assert.deepEqual(stage.served, []);
  });

  test('R37 a server that is silent fails the attempt at the handshake timeout', async () => {
    const stage = new TLSStage();
    const port = await stage.listen(undefined, class extends Party {});
    const tls = new ClientTLS({ ca, handshakeTimeoutMs: 50 });
    await assert.rejects(stage.connect(numberOf(port), tls, new Party()), (error: Error) => {
      assert.ok(error instanceof TimeoutError);
      assert.match(error.message, /: no TLS handshake within 0\.05 s$/);
      assert.equal(error.cause, undefined);
      return true;
    });
    await port.stopListening();
  });

  test('R37 a session is resumed, with the certificate that it began with, and not after a new one', async () => {
    const stage = new TLSStage();
    const server = new ServerTLS(local);
    const port = await stage.listen(server);
    let visits = 0;
    const visit = async (tls: ClientTLS): Promise<[boolean | undefined, string | undefined]> => {
      const party = await stage.connect(numberOf(port), tls, new Party());
      // On Bun the session comes with the first data.
      (await stage.party(visits)).transport.write('verse');
      visits += 1;
      await party.until(() => party.received.length > 0);
      party.transport.loseConnection();
      await party.until(() => party.reason !== undefined);
      return [party.transport.tls?.resumed, party.transport.tls?.peerCertificate?.subject];
    };
    const regular = new ClientTLS({ ca });
    assert.deepEqual(await visit(regular), [false, 'CN=localhost']);
    // A handshake brings two, each is used once, and one that was resumed may bring none.
    for (const _ of [1, 2]) assert.deepEqual(await visit(regular), [true, 'CN=localhost']);
    // The session that this one offers is not resumed any more: whom it meets then is somebody else.
    const late = new ClientTLS({ ca });
    assert.deepEqual(await visit(late), [false, 'CN=localhost']);
    server.replace(await authority.certify(['127.0.0.1', 'localhost']));
    assert.deepEqual(await visit(late), [false, 'CN=127.0.0.1']);
    assert.deepEqual(await visit(late), [true, 'CN=127.0.0.1']);
    await port.stopListening();
  });

  test('R37 certificates are read again while clients come: none fails, new ones see the new certificate', async () => {
    const stage = new TLSStage();
    const first = await authority.certify(['127.0.0.1', 'first.example']);
    const second = await authority.certify(['127.0.0.1', 'second.example']);
    let current = first;
    const port = await stage.listen(await ServerTLS.from(async () => current));
    const seen: string[] = [];
    const visit = async (): Promise<void> => {
      const tls = new ClientTLS({ ca });
      const party = await stage.connect(numberOf(port), tls, new Party());
      seen.push(party.transport.tls?.peerCertificate?.subjectAltName ?? '');
      party.transport.loseConnection();
      await party.until(() => party.reason !== undefined);
      assert.ok(party.reason instanceof ConnectionDone);
    };
    const round = (): Promise<void[]> => Promise.all(Array.from({ length: 20 }, visit));
    const under = round();
    current = second;
    await port.reload();
    await Promise.all([under, round()]);
    assert.equal(seen.length, 40);
    assert.equal(seen.slice(20).filter((names) => names.includes('second.example')).length, 20);
    current = { cert: second.cert, key: local.key };
    await assert.rejects(port.reload(), (error: Error) => {
      assert.ok(error instanceof TLSError);
      assert.match(error.message, /key values mismatch/);
      return true;
    });
    await visit();
    await port.stopListening();
    assert.ok(seen.at(-1)?.includes('second.example'));
    assert.deepEqual([stage.refused, stage.reports], [[], []]);
  });

  test('R37 a certificate that cannot be used is named, also among several, and an authority that is none', async () => {
    const stage = new TLSStage();
    const other = await authority.certify(['other.example']);
    const none = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const mixed = { cert: other.cert, key: local.key };
    for (const [options, message] of [
      [mixed, /cannot be used: key values mismatch$/],
      [{ ...local, identities: [other, mixed] }, /cannot be used: identities\[1\]: key values mismatch$/],
      [{ ...local, ca: none, clientAuth: 'request' }, /cannot be used: ca: \w/],
    ] as const) {
      await assert.rejects(stage.listen(new ServerTLS(options)), { name: 'CannotListenError', message });
    }
    const port = await stage.listen(new ServerTLS(local));
    const attempt = stage.connect(numberOf(port), new ClientTLS({ ca: none }), new Party());
    await assert.rejects(attempt, { name: 'TLSError', message: /cannot be used: ca: \w/ });
    await port.stopListening();
  });

  test('R37 a foreign server of the oldest version that is good enough', async () => {
    const stage = new TLSStage();
    const server = createServer({ ...local, maxVersion: 'TLSv1.2' }, (socket) => socket.pipe(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const client = await stage.connect(address.port, verified, new Party());
    client.transport.write('an old verse');
    await client.until(() => client.received.length === 12);
    assert.deepEqual(client.log, ['made TLSv1.2']);
    client.transport.loseConnection();
    await client.until(() => client.reason !== undefined);
    assert.ok(client.reason instanceof ConnectionDone);
    const newer = new ClientTLS({ ca, minVersion: 'TLSv1.3' });
    await assert.rejects(stage.connect(address.port, newer, new Party()), TLSError);
    server.close();
    await once(server, 'close');
  });
});
