import { CommandError, EXIT } from '../values/exit-status.ts';

/** What the package of the inspector exports. */
export type InspectorModule = typeof import('couplet-inspector');

/** Loads the package of the inspector. Rejects with a `CommandError` with 78 if it is not installed. */
export async function loadInspector(
  load: () => Promise<InspectorModule> = () => import('couplet-inspector'),
): Promise<InspectorModule> {
  try {
    return await load();
  } catch (cause) {
    throw new CommandError(
      'inspect needs the package couplet-inspector: npm install couplet-inspector',
      EXIT.configuration,
      { cause },
    );
  }
}
