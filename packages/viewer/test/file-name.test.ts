import { describe, expect, test } from 'vitest';
import { fileName } from '../src/domain/file-name.ts';

const AT = new Date(2026, 10, 23, 14, 5, 9);

describe('a file that a person keeps', () => {
  test('is named by camera and local time', () => {
    expect(fileName('front-door', AT, 'png')).toBe('front-door 2026-11-23 14.05.09.png');
  });

  test.each([
    ['Vögel 1', 'Vögel 1'],
    ['back/door', 'back-door'],
    ['..', 'camera'],
    ['../../etc/passwd', '-..-etc-passwd'],
    ['', 'camera'],
    ['  garden. ', 'garden'],
    ['a\\b:c*d?e"f<g>h|i', 'a-b-c-d-e-f-g-h-i'],
    ['line\nbreak\u0000', 'line-break-'],
    ['gnp.\u202Eexe', 'gnp.-exe'],
    ['.hidden', 'hidden'],
    ['🐦', '🐦'],
  ])('%j is safe as %j in any file system', (camera, name) => {
    expect(fileName(camera, AT, 'mp4')).toBe(`${name} 2026-11-23 14.05.09.mp4`);
  });

  test('has fewer than 255 bytes, and no half of a character', () => {
    const name = fileName('🐦'.repeat(128), AT, 'webm');
    expect(new TextEncoder().encode(name).length).toBeLessThan(255);
    expect(name).toBe(`${'🐦'.repeat(48)} 2026-11-23 14.05.09.webm`);
  });
});
