/** Names of files that a person keeps: `front-door 2026-11-23 14.05.09.png`. They sort by camera and time in any folder. */

/** With the time and the ending far below the 255 bytes of a file's name, even where each character takes four. */
const MAX_CAMERA_CHARACTERS = 48;

/** What Windows, macOS or Linux refuse in a name, and what a terminal or a right-to-left mark would make of it. */
const UNSAFE = /[\\/:*?"<>|]|\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}/gu;

/** `at` in the time of the person's own clock: that is what they look for. */
export function fileName(camera: string, at: Date, ending: string): string {
  const safe = [...camera.replace(UNSAFE, '-')].slice(0, MAX_CAMERA_CHARACTERS).join('');
  // A dot in front hides a file; dots and spaces at the end are lost on Windows.
  const name = safe.replace(/^[\s.]+|[\s.]+$/gu, '') || 'camera';
  return `${name} ${dateOf(at)} ${timeOf(at)}.${ending}`;
}

function dateOf(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Dots: a colon can stand in no name on Windows. */
function timeOf(at: Date): string {
  return `${two(at.getHours())}.${two(at.getMinutes())}.${two(at.getSeconds())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
