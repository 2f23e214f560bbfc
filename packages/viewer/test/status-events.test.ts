import { expect, test } from 'vitest';
import type { Status } from '../src/domain/status.ts';
import { eventsOf } from '../src/domain/status-events.ts';

const idle: Status = { state: 'idle' };
const connecting: Status = { state: 'connecting', step: 'server' };
const media: Status = { state: 'connecting', step: 'media' };
const live: Status = { state: 'live', serverLost: false };
const liveAlone: Status = { state: 'live', serverLost: true };
const reconnecting: Status = { state: 'reconnecting', attempt: 1, retryInMs: 0, why: 'media' };
const away: Status = { state: 'waiting-for-camera' };
const restarting: Status = { state: 'camera-restarting' };
const ended: Status = { state: 'ended', why: 'token-revoked' };
const refused: Status = { state: 'refused', why: 'token-invalid' };

/** What is told on the way through these statuses. */
const told = (...statuses: readonly Status[]) =>
  statuses.slice(1).flatMap((now, index) => eventsOf(statuses[index] as Status, now));

test('who waits for a picture waits once, however many steps that takes', () => {
  expect(told(idle, connecting, media, live)).toEqual(['waiting', 'playing']);
  expect(told(idle, connecting, away, media, reconnecting, live)).toEqual(['waiting', 'playing']);
});

test.each([
  ['is lost', reconnecting],
  ['is of a camera that is away', away],
  ['is of a camera that restarts', restarting],
])('a picture that %s is waited for, and plays again', (_, lost) => {
  expect(told(live, lost, reconnecting, live)).toEqual(['waiting', 'playing']);
});

test('a server that is lost while the picture moves is not waited for', () => {
  expect(told(live, liveAlone, live)).toEqual([]);
});

test.each([
  ['live', live],
  ['on the way', media],
  ['lost', reconnecting],
])('what is paused while it is %s tells nothing else', (_, before) => {
  expect(told(before, idle)).toEqual(['pause']);
});

test('an end is a pause first, then what it is', () => {
  expect(told(live, ended)).toEqual(['pause', 'ended']);
  expect(told(reconnecting, ended)).toEqual(['pause', 'ended']);
  expect(told(connecting, refused)).toEqual(['pause', 'error']);
});

test('what is over is not paused once more', () => {
  expect(told(ended, idle)).toEqual([]);
  expect(told(refused, idle)).toEqual([]);
});
