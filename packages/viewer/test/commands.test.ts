import { describe, expect, test } from 'vitest';
import { commandOfKey, KEY_OF } from '../src/player/commands.ts';

const press = (key: string, held: object = {}) =>
  commandOfKey({ key, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...held });

describe('a key', () => {
  test.each([
    [' ', 'play'],
    ['k', 'play'],
    ['S', 'snapshot'],
    ['f', 'fullscreen'],
    ['+', 'zoom-in'],
    ['ArrowLeft', 'pan-left'],
    ['Escape', 'close'],
    ['x', undefined],
    ['constructor', undefined],
    ['Tab', undefined],
  ])('%j means %s', (key, command) => {
    expect(press(key)).toBe(command);
  });

  test.each(['ctrlKey', 'altKey', 'metaKey'])('with %s is left to the browser', (modifier) => {
    expect(press('s', { [modifier]: true })).toBeUndefined();
    expect(press('0', { [modifier]: true })).toBeUndefined();
  });

  test('that is held down moves the picture, and does nothing else again', () => {
    expect(press('ArrowUp', { repeat: true })).toBe('pan-up');
    expect(press('-', { repeat: true })).toBe('zoom-out');
    expect(press('s', { repeat: true })).toBeUndefined();
    expect(press(' ', { repeat: true })).toBeUndefined();
  });

  test('that a button names is the one that does it', () => {
    for (const [command, key] of Object.entries(KEY_OF)) expect(press(key)).toBe(command);
  });
});
