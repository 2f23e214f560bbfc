/** The checks of a camera's settings, from text as a person wrote it. Pure. */
import type { EncoderName } from '@perch/streamer';
import { type Read, refused } from './setting.ts';

const SOURCE_KINDS =
  'auto, rpicam, v4l2:/dev/videoN, rtsp://ADDRESS, test, test:grain, exec:COMMAND or file:PATH';

const ENCODERS = ['auto', 'copy', 'rpicam', 'v4l2m2m', 'x264'] as const satisfies readonly EncoderName[];

export function readSource(text: string): Read<string> {
  const source = text.trim();
  const isWord = ['auto', 'test', 'test:grain', 'rpicam'].includes(source);
  if (isWord || /^(?:(?:exec|file):\s*\S|v4l2:\/\S|rtsps?:\/\/[^\s/])/.test(source)) {
    return { ok: true, value: source };
  }
  return refused(`must be ${SOURCE_KINDS}`);
}

export function readEncoder(text: string): Read<EncoderName> {
  const encoder = ENCODERS.find((known) => known === text.trim().toLowerCase());
  return encoder === undefined
    ? refused(`must be one of ${ENCODERS.join(', ')}`)
    : { ok: true, value: encoder };
}

export function readRotation(text: string): Read<0 | 180> {
  switch (text.trim()) {
    case '0':
      return { ok: true, value: 0 };
    case '180':
      return { ok: true, value: 180 };
    default:
      return refused('must be 0 or 180: no Raspberry Pi camera can be turned by a quarter');
  }
}

/** A switch that the environment can set, too. */
export function readOnOff(text: string): Read<boolean> {
  const word = text.trim().toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return { ok: true, value: true };
  if (['false', '0', 'no', 'off'].includes(word)) return { ok: true, value: false };
  return refused('must be true or false');
}

/** A mode by its name; which ones there are is rpicam-vid's to say. Undefined when not set. */
export function readCameraWord(text: string): Read<string | undefined> {
  const word = text.trim();
  if (word === '') return { ok: true, value: undefined };
  return /^[A-Za-z][\w-]*$/.test(word) ? { ok: true, value: word } : refused('must be one word');
}

/** Words as a shell would split them: by spaces, but for quotes and backslashes. Nothing else is special. */
export function readWords(text: string): Read<readonly string[]> {
  const words: string[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const [word] = /^(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+(?=\s|$)/su.exec(rest) ?? [];
    if (word === undefined) return refused('has a quote that is not closed, or a backslash at its end');
    words.push(withoutQuotes(word));
    rest = rest.slice(word.length).trimStart();
  }
  return { ok: true, value: words };
}

function withoutQuotes(word: string): string {
  return word.replace(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gsu, (_, single, double, escaped) => {
    return single ?? double?.replace(/\\(["\\])/gu, '$1') ?? escaped;
  });
}
