/**
 * What a callback is called: `Shout.dataReceived`, or `Poem.next (a delayed call)`, where what called it has no class but words.
 */
export function callbackName({ who, where }: { readonly who: string; readonly where: string }): string {
  return who.includes(' ') ? `${where} (${who})` : `${who}.${where}`;
}
