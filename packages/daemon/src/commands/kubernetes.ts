import { shown } from '../configuration/shown.ts';
import { isTree, type Tree, valueAt } from '../configuration/tree.ts';

/** How long Kubernetes lets the pods of one object take to end, in milliseconds. */
export interface Grace {
  /** The object, such as `Deployment poetry`. */
  readonly name: string;
  readonly graceMs: number;
  /** The longest sleep of a `preStop` of its containers, which is part of that time. */
  readonly sleepMs: number;
  /** What the environment of its containers has; of a name that several have the last value. */
  readonly environment: ReadonlyMap<string, string>;
}

/** What Kubernetes waits for unless a pod says otherwise, in seconds. */
const USUAL_GRACE = 30;

/** Reads manifests in YAML, and resolves to the times of all objects that have pods, and to what cannot be read, a line each. */
export async function kubernetesGraces(text: string): Promise<{ graces: Grace[]; flaws: string[] }> {
  const { parseAllDocuments } = await import('yaml');
  const flaws: string[] = [];
  const graces: Grace[] = [];
  for (const document of parseAllDocuments(text)) {
    let value: unknown;
    try {
      const [error] = document.errors ?? [];
      if (error !== undefined) throw error;
      value = document.toJS();
    } catch (error) {
      // An error of syntax, or too many aliases.
      flaws.push(`not YAML: ${String(error instanceof Error ? error.message : error).split('\n', 1)[0]}`);
      continue;
    }
    const list = listAt(value, 'items');
    const objects = list.length > 0 ? list : [value];
    for (const object of objects) {
      const spec = podSpecOf(object);
      if (spec === undefined) continue;
      const name = `${valueAt(object, 'kind')} ${valueAt(object, 'metadata', 'name') ?? 'without a name'}`;
      const grace = valueAt(spec, 'terminationGracePeriodSeconds') ?? USUAL_GRACE;
      if (typeof grace === 'number' && grace >= 0)
        graces.push({ name, graceMs: grace * 1000, sleepMs: sleepOf(spec), environment: environmentOf(spec) });
      else flaws.push(`${name}: terminationGracePeriodSeconds is ${shown(grace)}, not a number of seconds`);
    }
  }
  if (graces.length === 0 && flaws.length === 0) flaws.push('no object in the file has pods, such as a Deployment');
  return { graces, flaws };
}

/** The specification of the pods of an object: of the object itself, or of the templates in it. */
function podSpecOf(object: unknown): Tree | undefined {
  const kind = valueAt(object, 'kind');
  const paths = [
    ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
    ['spec', 'template', 'spec'],
    ...(kind === 'Pod' ? [['spec']] : []),
  ];
  return paths.map((path) => valueAt(object, ...path)).find(isTree);
}

function sleepOf(spec: Tree): number {
  const sleeps = listAt(spec, 'containers').map((container) =>
    valueAt(container, 'lifecycle', 'preStop', 'sleep', 'seconds'),
  );
  return Math.max(0, ...sleeps.filter((sleep) => typeof sleep === 'number')) * 1000;
}

function environmentOf(spec: Tree): ReadonlyMap<string, string> {
  const variables = listAt(spec, 'containers').flatMap((container) => listAt(container, 'env'));
  return new Map(variables.map((one) => [String(valueAt(one, 'name')), String(valueAt(one, 'value'))]));
}

function listAt(tree: unknown, key: string): readonly unknown[] {
  const value = valueAt(tree, key);
  return Array.isArray(value) ? value : [];
}
