// What the standard protocols and their options refuse. Compiled, never run.
import type { FileHandle } from 'node:fs/promises';
import type { Reactor } from 'couplet';
import { Factory } from 'couplet';
import type { Permit, ReadableFile } from 'couplet/protocols';
import { QOTD, Socks, SocksFactory } from 'couplet/protocols';

// A protocol that needs what its own factory holds goes under no other.
// @ts-expect-error
Factory.forProtocol(QOTD);
// @ts-expect-error
Factory.forProtocol(Socks);

export const readable = (file: FileHandle): ReadableFile => file;

export const permits: Permit[] = [
  { host: '*.example.org', port: '*' },
  { network: '192.0.2.0/24', port: 80 },
  // @ts-expect-error the port is a number or '*'
  { host: 'example.org', port: '80' },
  // @ts-expect-error a permit without a port would permit every one
  { host: 'example.org' },
  // @ts-expect-error and one without a host would permit all
  { port: 80 },
];

export const open = (reactor: Reactor): SocksFactory => new SocksFactory(reactor, { allow: permits });
