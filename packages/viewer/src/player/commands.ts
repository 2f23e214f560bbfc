/** What buttons and keys ask for. */
export type Command =
  | 'play'
  | 'snapshot'
  | 'record'
  | 'picture-in-picture'
  | 'fullscreen'
  | 'stats'
  | 'zoom-reset'
  | 'zoom-in'
  | 'zoom-out'
  | 'pan-left'
  | 'pan-right'
  | 'pan-up'
  | 'pan-down'
  | 'close';

const KEYS: ReadonlyMap<string, Command> = new Map([
  [' ', 'play'],
  ['k', 'play'],
  ['s', 'snapshot'],
  ['r', 'record'],
  ['p', 'picture-in-picture'],
  ['f', 'fullscreen'],
  ['i', 'stats'],
  ['0', 'zoom-reset'],
  ['+', 'zoom-in'],
  // The key of the plus without Shift, on English keyboards.
  ['=', 'zoom-in'],
  ['-', 'zoom-out'],
  ['arrowleft', 'pan-left'],
  ['arrowright', 'pan-right'],
  ['arrowup', 'pan-up'],
  ['arrowdown', 'pan-down'],
  ['escape', 'close'],
]);

/** What a button says about its key. */
export const KEY_OF: Readonly<Partial<Record<Command, string>>> = {
  play: 'K',
  snapshot: 'S',
  record: 'R',
  'picture-in-picture': 'P',
  fullscreen: 'F',
  stats: 'I',
  'zoom-reset': '0',
};

/** What is held down with these is a command of the browser or the system. */
type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat'>;

/** The command of a key, where it is one. A key that is held down repeats only what moves the picture. */
export function commandOfKey({ key, ctrlKey, altKey, metaKey, repeat }: Key): Command | undefined {
  if (ctrlKey || altKey || metaKey) return undefined;
  const command = KEYS.get(key.toLowerCase());
  if (command === undefined) return undefined;
  return repeat && !/^(pan|zoom)-/u.test(command) ? undefined : command;
}

/** Whether the person types, or the key is one that the element under the focus acts on by itself. */
export function isForElement(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches('input, textarea, select')) return true;
  return (event.key === ' ' || event.key === 'Enter') && target.matches('button, a, summary');
}
