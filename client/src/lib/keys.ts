// Shortcuts, told apart by the place of the key and not by its letter, so that they work in every keyboard layout.

export const ACTIONS = ['toggle', 'hold', 'forget', 'copy', 'undo', 'redo', 'clear', 'help'] as const;
export type Action = (typeof ACTIONS)[number];
export type Hotkeys = Record<Action, string>;

export const DEFAULT_KEYS: Hotkeys = {
  toggle: 'F8',
  hold: 'F9',
  forget: 'Alt+Backspace',
  copy: 'Alt+KeyC',
  undo: 'Alt+KeyZ',
  redo: 'Alt+Shift+KeyZ',
  clear: 'Alt+KeyX',
  help: 'F1',
};

type Pressed = Pick<KeyboardEvent, 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'>;

const MODIFIERS = /^(Alt|Control|Meta|Shift|OS)/;

/** `Alt+Shift+KeyZ`; none for a modifier alone. */
export function chord(event: Pressed): string | null {
  if (event.code === '' || MODIFIERS.test(event.code)) return null;
  const held = [event.ctrlKey && 'Ctrl', event.altKey && 'Alt', event.metaKey && 'Meta', event.shiftKey && 'Shift'];
  return [...held.filter((name) => name), event.code].join('+');
}

/** Plain letters and the keys that move or type would take the keyboard away from everything else. */
export function isAllowed(given: string): boolean {
  const parts = given.split('+');
  const held = parts.slice(0, -1).some((part) => part !== 'Shift');
  return held || /^F\d+$/.test(parts.at(-1)!);
}

/** As people write it: `Alt + Z`. */
export function shown(given: string): string {
  return given
    .split('+')
    .map((part) => part.replace(/^(Key|Digit)/, ''))
    .join(' + ');
}

export function actionFor(keys: Hotkeys, event: Pressed): Action | null {
  const pressed = chord(event);
  return ACTIONS.find((action) => keys[action] === pressed) ?? null;
}
