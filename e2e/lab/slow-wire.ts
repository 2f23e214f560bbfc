/**
 * A program: a wire between two network interfaces that it makes, with delay, jitter and reordering, for kernels
 * without tc-netem. Ethernet frames are read from one tap device, wait, and are written to the other (tuntap.rst of
 * the kernel's documentation). It runs until it is killed: a read that waits for a frame can't be ended.
 *
 *     node slow-wire.js NEAR FAR DELAY_MS JITTER_MS REORDERED_SHARE
 */
import { closeSync, constants, openSync, read, writeSync } from 'node:fs';
import { load } from 'koffi';

/** linux/if_tun.h: frames with nothing before them. */
const TUNSETIFF = 0x400454ca;
const IFF_TAP = 0x0002;
const IFF_NO_PI = 0x1000;
/** `struct ifreq`: a name of 16 bytes, then here the flags. */
const IFREQ_BYTES = 40;
const NAME_BYTES = 16;

const MAX_FRAME_BYTES = 2048;
/** A frame that is overtaken waits this much longer: about the time of two pictures' first packets. */
const OVERTAKEN_MS = 20;

const ioctl = load('libc.so.6').func('int ioctl(int fd, unsigned long request, void *argument)');

const [near = '', far = '', ...numbers] = process.argv.slice(2);
const [delayMs = 0, jitterMs = 0, reorderedShare = 0] = numbers.map(Number);

function openTap(name: string): number {
  const fd = openSync('/dev/net/tun', constants.O_RDWR);
  const request = Buffer.alloc(IFREQ_BYTES);
  request.write(name);
  request.writeUInt16LE(IFF_TAP | IFF_NO_PI, NAME_BYTES);
  if (ioctl(fd, TUNSETIFF, request) === 0) return fd;
  closeSync(fd);
  throw new Error(`the tap device ${name} could not be made`);
}

/** One direction. Only frames that are meant to be overtaken are. */
function carry(from: number, to: number): void {
  const waiting: { readonly dueMs: number; readonly frame: Buffer }[] = [];
  let lastDueMs = 0;
  let timer: NodeJS.Timeout | undefined;

  const deliver = (): void => {
    const nowMs = performance.now();
    for (let first = waiting[0]; first !== undefined && first.dueMs <= nowMs; first = waiting[0]) {
      waiting.shift();
      try {
        writeSync(to, first.frame);
      } catch {
        // The other side is not up yet or no more: lost, as on a wire.
      }
    }
    const next = waiting[0];
    timer = next === undefined ? undefined : setTimeout(deliver, next.dueMs - performance.now());
  };

  const hold = (frame: Buffer): void => {
    const overtaken = Math.random() < reorderedShare;
    let dueMs = Math.max(lastDueMs, performance.now() + delayMs + Math.random() * jitterMs);
    if (overtaken) dueMs += OVERTAKEN_MS;
    else lastDueMs = dueMs;
    const later = waiting.findLastIndex((it) => it.dueMs <= dueMs);
    waiting.splice(later + 1, 0, { dueMs, frame });
    if (timer !== undefined && later + 1 > 0) return;
    clearTimeout(timer);
    timer = setTimeout(deliver, dueMs - performance.now());
  };

  const readNext = (): void => {
    const buffer = Buffer.allocUnsafe(MAX_FRAME_BYTES);
    read(from, buffer, 0, MAX_FRAME_BYTES, null, (error, size) => {
      // Not up yet.
      if (error !== null) setTimeout(readNext, 10);
      else {
        hold(buffer.subarray(0, size));
        readNext();
      }
    });
  };
  readNext();
}

const [nearTap, farTap] = [openTap(near), openTap(far)];
carry(nearTap, farTap);
carry(farTap, nearTap);
console.log('wire is up');
