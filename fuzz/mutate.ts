/** Sound inputs made unsound: bits flipped, pieces cut, doubled, swapped with another's, lengths that lie. */
import type { Input } from './decoder.ts';
import type { Random } from './random.ts';

const LIES = [0, 1, 2, 3, 4, 0x7f, 0x80, 0xc0, 0xfe, 0xff];
const NUMBERS = [
  '0',
  '-1',
  '1',
  '255',
  '65535',
  '65536',
  '2147483648',
  '4294967296',
  '1e999',
  '0x10',
  '99999999999999999999',
];

export function mutate<T extends Input>(
  random: Random,
  input: T,
  others: readonly T[],
  words: readonly T[],
): T {
  let mutated: Input = input;
  for (let changes = 1 + random.length(7); changes > 0; changes--) {
    const other = random.below(4) === 0 || words.length === 0 ? random.pick(others) : random.pick(words);
    mutated = change(random, mutated, other);
  }
  return mutated as T;
}

function change(random: Random, input: Input, other: Input): Input {
  const at = random.below(input.length + 1);
  const end = Math.min(input.length, at + random.length(64));
  const head = input.slice(0, at);
  switch (random.below(8)) {
    case 0:
      return typeof input === 'string' ? replaceCharacter(random, input, at) : flipBit(random, input, at);
    case 1:
      return head;
    case 2:
      return join(head, input.slice(end));
    case 3:
      return join(head, input.slice(at, end), input.slice(at));
    case 4: {
      const from = random.below(other.length + 1);
      return join(head, other.slice(from, from + random.length(256)), input.slice(end));
    }
    case 5:
      return join(head, other, input.slice(at));
    case 6:
      return typeof input === 'string'
        ? join(head, random.text(random.length(16)), input.slice(end))
        : join(head, random.bytes(random.length(16)), input.slice(end));
    default:
      return typeof input === 'string' ? lieInText(random, input) : lieInBytes(random, input, at);
  }
}

function flipBit(random: Random, bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, n) => (n === at ? byte ^ (1 << random.below(8)) : byte));
}

function replaceCharacter(random: Random, text: string, at: number): string {
  return text.slice(0, at) + random.text(1) + text.slice(at + 1);
}

/** Counts and lengths are bytes or pairs of them. */
function lieInBytes(random: Random, bytes: Uint8Array, at: number): Uint8Array {
  const lies = [random.pick(LIES), random.pick(LIES)].slice(random.below(2));
  return bytes.map((byte, n) => lies[n - at] ?? byte);
}

function lieInText(random: Random, text: string): string {
  const numbers = [...text.matchAll(/\d+/gu)];
  if (numbers.length === 0) return text + random.pick(NUMBERS);
  const { index, 0: number } = random.pick(numbers);
  return text.slice(0, index) + random.pick(NUMBERS) + text.slice(index + number.length);
}

/** All of one kind. */
export function join(...parts: readonly Input[]): Input {
  if (typeof parts[0] === 'string') return parts.join('');
  const bytes = parts as readonly Uint8Array[];
  const joined = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of bytes) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
