import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Service } from 'kubernetes-models/v1/Service';
import { parse } from 'smol-toml';
import { DEPLOY, deployed, outcome } from './deploy.ts';

const READ_YAML = 'import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))';

/** The one object of a manifest. */
function manifest(name: string) {
  const [status, said] = outcome('/usr/bin/python3', ['-c', READ_YAML], deployed(`kubernetes/${name}`));
  assert.equal(status, 0, said);
  const [one, ...others] = JSON.parse(said);
  assert.deepEqual(others, []);
  return one;
}

/** For each manifest where its type is, and the class that validates it. */
const KINDS = [
  ['deployment.yaml', 'apps/v1/Deployment', Deployment],
  ['disruption-budget.yaml', 'policy/v1/PodDisruptionBudget', PodDisruptionBudget],
  ['service.yaml', 'v1/Service', Service],
] as const;

describe('the manifests of Kubernetes', { timeout: 120_000 }, () => {
  let folder: string;
  before(() => {
    // Below the package, so that its types are found.
    const parent = join(import.meta.dirname, '../../build');
    mkdirSync(parent, { recursive: true });
    folder = mkdtempSync(join(parent, 'manifests-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What the compiler says of an object that is written down as one of that type: it knows the fields at every depth. */
  function compile(type: string, object: unknown): string {
    const file = join(folder, 'manifest.ts');
    const name = type.slice(type.lastIndexOf('/') + 1);
    writeFileSync(
      file,
      `import type { I${name} } from 'kubernetes-models/${type}';\nexport const one: I${name} = ${JSON.stringify(object)};\n`,
    );
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'esnext',
    ];
    const tsc = join(DEPLOY, '../node_modules/typescript/bin/tsc');
    return outcome(process.execPath, [tsc, ...options, file])[1];
  }

  test('there are no others', () => {
    assert.deepEqual(
      readdirSync(join(DEPLOY, 'kubernetes')).sort(),
      KINDS.map(([name]) => name),
    );
  });

  for (const [name, type, Model] of KINDS)
    test(`${name} is valid, and has no field that Kubernetes does not know`, () => {
      const object = manifest(name);
      new Model(object).validate();
      assert.equal(compile(type, object), '');
      assert.match(compile(type, { ...object, spec: { ...object.spec, speck: 1 } }), /"speck"' does not exist/);
    });

  test('a field is known at every depth', () => {
    const object = manifest('deployment.yaml');
    object.spec.template.spec.containers[0].readinessProbe.httpGet.paths = '/';
    assert.match(compile('apps/v1/Deployment', object), /"paths"' does not exist/);
    object.spec.replicas = 'two';
    assert.throws(() => new Deployment(object).validate());
  });

  test('the pod gives the supervisor time, cannot change itself, and is probed on the port of metrics', () => {
    const { spec: pod } = manifest('deployment.yaml').spec.template;
    const [container] = pod.containers;
    const environment = new Map<string, string>(
      container.env.map(({ name, value }: Record<string, string>) => [name, value]),
    );
    const { daemon } = parse(deployed('poetry.toml'));
    const { drainTimeout, stopTimeout } = Object(daemon);
    const delay = Number(environment.get('COUPLETD_DRAIN_DELAY'));
    assert.ok(delay > 0 && pod.terminationGracePeriodSeconds >= delay + drainTimeout + stopTimeout + 5);
    assert.equal(container.lifecycle, undefined);
    assert.equal(pod.securityContext.runAsNonRoot, true);
    for (const one of [container, ...pod.initContainers]) {
      const { readOnlyRootFilesystem, allowPrivilegeEscalation, capabilities } = one.securityContext;
      assert.deepEqual(
        [readOnlyRootFilesystem, allowPrivilegeEscalation, capabilities],
        [true, false, { drop: ['ALL'] }],
      );
    }
    const ports = new Map(
      container.ports.map(({ name, containerPort }: Record<string, string | number>) => [name, containerPort]),
    );
    assert.equal(environment.get('COUPLETD_METRICS'), `tcp:${ports.get('metrics')}`);
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
      assert.equal(container[probe].httpGet.port, 'metrics');
    // An emptyDir can be written by all: the control socket is in a folder of its own below.
    const [{ mountPath }] = container.volumeMounts;
    const directory = environment.get('RUNTIME_DIRECTORY');
    assert.ok(directory?.startsWith(`${mountPath}/`));
    assert.deepEqual(pod.initContainers[0].command, ['mkdir', '--parents', '--mode=0700', directory]);
  });

  test('the service and the budget select the pods', () => {
    const { labels } = manifest('deployment.yaml').spec.template.metadata;
    assert.deepEqual(manifest('service.yaml').spec.selector, labels);
    assert.deepEqual(manifest('disruption-budget.yaml').spec.selector.matchLabels, labels);
  });
});

describe('the image', () => {
  const lines = deployed('Dockerfile').replaceAll('\\\n', ' ').split('\n');
  const instructions = lines
    .filter((line) => /^[A-Z]/.test(line))
    .map((line) => {
      const [, name = '', words = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      return [name, words] as const;
    });
  const last = instructions.slice(instructions.findLastIndex(([name]) => name === 'FROM'));
  const of = (name: string): string[] => last.filter(([one]) => one === name).map(([, words]) => words);

  test('is a small Node 24, and runs as a user without privileges', () => {
    assert.deepEqual(of('FROM'), ['node:24-slim']);
    assert.deepEqual(of('USER'), ['node']);
    const after = last.slice(last.findIndex(([name]) => name === 'USER'));
    assert.ok(after.every(([name]) => !['RUN', 'COPY', 'ADD'].includes(name)));
  });

  test('begins with an init that reaps, by itself and without a shell or npm', () => {
    const [entry, command] = [of('ENTRYPOINT'), of('CMD')].map(([words = '']) => JSON.parse(words));
    assert.equal(entry[0], '/usr/bin/tini');
    assert.match(of('RUN').join('\n'), /install --yes --no-install-recommends tini/);
    assert.ok(![...entry, ...command].some((word: string) => /\bnpm$|\bnpx$|\bsh$/.test(word)));
    assert.deepEqual(command.slice(0, 2), ['run', '/srv/poetry/app.js']);
  });

  test('has a folder for the control socket that only its user can write', () => {
    assert.match(of('RUN').join('\n'), /install --directory --owner=node --group=node --mode=0700 \/run\/coupletd\b/);
    assert.match(of('ENV').join(' '), /\bRUNTIME_DIRECTORY=\/run\/coupletd\b/);
  });
});

describe('the configuration of HAProxy', () => {
  test('is valid', () => {
    const file = join(DEPLOY, 'haproxy.cfg');
    const [status, said] = outcome('haproxy', ['-c', '-f', file]);
    assert.equal(status, 0, said);
    assert.doesNotMatch(said, /WARNING|ALERT/);
  });

  test('takes a machine that is not ready out, and tells it who its clients are', () => {
    const text = deployed('haproxy.cfg');
    assert.match(text, /^ {4}mode tcp$/m);
    assert.match(text, /^ {4}option httpchk GET \/readyz$/m);
    assert.match(text, /^ {4}default-server send-proxy-v2 check port 9464 inter 1s fall 2\b/m);
    // Conversations that are under way are the daemon's to end.
    assert.doesNotMatch(text, /on-marked-down/);
  });
});
