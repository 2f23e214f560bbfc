import { describe, expect, test } from 'vitest';
import {
  type ExtensionIds,
  MAX_RESEND_DISTANCE,
  OutgoingRtp,
  PacketHistory,
  parseRtpPacket,
  type RtpPacket,
  RtpPacketizer,
} from '../src/index.ts';
import { hex, toHex } from './support/bytes.ts';

/** A layer that makes pictures of one packet each. */
class Layer {
  readonly #packetizer: RtpPacketizer;
  #timestamp = 0;

  constructor(options: { firstSequenceNumber?: number; capacity?: number } = {}) {
    this.#packetizer = new RtpPacketizer({
      ssrc: 1,
      payloadType: 96,
      firstSequenceNumber: options.firstSequenceNumber ?? 0,
      ...(options.capacity === undefined ? {} : { historyPackets: options.capacity }),
      extensions: { transportSequence: { id: 1 }, playoutDelay: { id: 2, minMs: 0, maxMs: 100 } },
    });
  }

  next(nalUnit = '41 9a'): RtpPacket {
    const [packet] = this.#packetizer.packetize([hex(nalUnit)], this.#timestamp++);
    return packet!;
  }
}

function viewer(firstSequenceNumber = 0, extensionIds: ExtensionIds = {}): OutgoingRtp {
  return new OutgoingRtp({ ssrc: 0xaabbccdd, payloadType: 102, firstSequenceNumber, extensionIds });
}

const wireNumber = (packet: RtpPacket) => parseRtpPacket(packet.bytes)!.sequenceNumber;

describe('OutgoingRtp', () => {
  test('a packet becomes this viewer’s, byte by byte, and the next viewer’s after it', () => {
    const layer = new Layer({ firstSequenceNumber: 500 });
    const packet = layer.next();
    viewer(0x1000, { transportSequence: 3, playoutDelay: 4 }).prepare(packet, 0x1_0203);
    expect(toHex(packet.bytes)).toBe(
      '90 e6 10 00 00 00 00 00 aa bb cc dd be de 00 02 31 02 03 42 00 00 0a 00 41 9a',
    );
    viewer(0x2000, { transportSequence: 7, playoutDelay: 8 }).prepare(packet, 5);
    expect(toHex(packet.bytes.subarray(2, 4))).toBe('20 00');
    expect(toHex(packet.bytes.subarray(16))).toBe('71 00 05 82 00 00 0a 00 41 9a');
  });

  test('RFC 8285, 4.2: a viewer does not see extensions it did not agree to, the next one does', () => {
    const layer = new Layer();
    const packet = layer.next();
    const seen = (ids: ExtensionIds) => {
      viewer(0, ids).prepare(packet, 9);
      return parseRtpPacket(packet.bytes)!.extensions.map(({ id, data }) => `${id}: ${toHex(data)}`);
    };
    expect(seen({})).toEqual([]);
    expect(seen({ playoutDelay: 4 })).toEqual(['4: 00 00 0a']);
    expect(seen({ transportSequence: 3 })).toEqual(['3: 00 09']);
    expect(seen({ transportSequence: 3, playoutDelay: 4 })).toEqual(['3: 00 09', '4: 00 00 0a']);
  });

  test('RFC 3711, 3.3.1: a first sequence number of 2^15 or more is a RangeError', () => {
    expect(() => viewer(0x7fff)).not.toThrow();
    for (const first of [0x8000, -1, 1.5, Number.NaN]) expect(() => viewer(first)).toThrow(RangeError);
  });

  test('numbers have no gap where the viewer skipped pictures or changed the layer', () => {
    const [large, small] = [new Layer({ firstSequenceNumber: 9000 }), new Layer({ firstSequenceNumber: 3 })];
    const outgoing = viewer(100);
    const send = (layer: Layer) => {
      const packet = layer.next();
      outgoing.prepare(packet);
      return wireNumber(packet);
    };
    expect([send(large), send(large)]).toEqual([100, 101]);
    large.next();
    expect(send(large)).toBe(102);
    expect([send(small), send(small), send(large)]).toEqual([103, 104, 105]);
    const indexOf = (sequenceNumber: number) => {
      const found = outgoing.lookUp(sequenceNumber);
      return found.state === 'held' ? found.packet.index : found.state;
    };
    expect([100, 101, 102, 103, 104, 105].map(indexOf)).toEqual([9000, 9001, 9003, 3, 4, 9004]);
    expect([99, 106, 40_000].map(indexOf)).toEqual(['never-sent', 'never-sent', 'never-sent']);
  });

  test('numbers wrap on the wire and are still found', () => {
    const layer = new Layer();
    const outgoing = viewer(0x7fff);
    for (let sent = 0; sent < 0x8002; sent++) outgoing.prepare(layer.next());
    expect(outgoing.lookUp(0x0000)).toMatchObject({
      state: 'held',
      sequence: 0x10000,
      packet: { index: 0x8001 },
    });
    expect(outgoing.lookUp(0xffff)).toMatchObject({
      state: 'held',
      sequence: 0xffff,
      packet: { index: 0x8000 },
    });
    expect(outgoing.lookUp(0x7fff)).toEqual({ state: 'expired', sequence: 0x7fff });
    expect(outgoing.lookUp(0x0001)).toEqual({ state: 'never-sent' });
  });

  test('before anything was sent nothing is found', () => {
    expect([0, 0xffff].map((number) => viewer().lookUp(number).state)).toEqual(['never-sent', 'never-sent']);
  });

  test('what the history forgot has expired, over any number of runs', () => {
    const layer = new Layer({ capacity: 8 });
    const outgoing = viewer();
    for (let sent = 0; sent < 100; sent++) {
      outgoing.prepare(layer.next());
      layer.next();
    }
    const held = Array.from({ length: 100 }, (_, at) => at).filter(
      (at) => outgoing.lookUp(at).state === 'held',
    );
    expect(held).toEqual([96, 97, 98, 99]);
    expect(outgoing.lookUp(0)).toEqual({ state: 'expired', sequence: 0 });
  });

  test('RFC 3711, 3.3.2: what is out of SRTP’s window has expired, whatever its layer still holds', () => {
    const [left, current] = [new Layer(), new Layer()];
    const outgoing = viewer();
    outgoing.prepare(left.next());
    for (let sent = 1; sent < MAX_RESEND_DISTANCE; sent++) outgoing.prepare(current.next());
    expect(outgoing.lookUp(0)).toMatchObject({ state: 'held', packet: { index: 0 } });
    outgoing.prepare(current.next());
    expect(outgoing.lookUp(0)).toEqual({ state: 'expired', sequence: 0 });
  });

  test('RFC 3550, 6.4.1: packets and payload bytes are counted, resent ones too', () => {
    const layer = new Layer();
    const outgoing = viewer();
    const sent = { sequence: 0, packet: layer.next('41 9a 01') };
    outgoing.prepare(sent.packet);
    outgoing.prepare(layer.next());
    expect([outgoing.packetCount, outgoing.octetCount]).toEqual([2, 5]);
    outgoing.prepareAgain(sent);
    expect([outgoing.packetCount, outgoing.octetCount]).toEqual([3, 8]);
    expect(wireNumber(sent.packet)).toBe(0);
  });

  test('RFC 7714, section 8: a packet is resent bit for bit as it was, though other viewers had it since', () => {
    const layer = new Layer();
    const ids = { transportSequence: 3, playoutDelay: 4 };
    for (const transportSequence of [undefined, 0, 0xffff, 0x1_0005]) {
      const outgoing = viewer(7, ids);
      const sent = { sequence: 7, packet: layer.next() };
      outgoing.prepare(sent.packet, transportSequence);
      const first = toHex(sent.packet.bytes);
      viewer(9, { transportSequence: 5 }).prepare(sent.packet, 1234);
      outgoing.prepare(layer.next(), 77);
      expect(toHex(sent.packet.bytes)).not.toBe(first);
      outgoing.prepareAgain(sent);
      expect(toHex(sent.packet.bytes)).toBe(first);
      expect(outgoing.transportSequenceOf(sent)).toBe(
        transportSequence === undefined ? undefined : transportSequence & 0xffff,
      );
    }
  });

  test('the newest keyframe is known by its first packet', () => {
    const packetizer = new RtpPacketizer({ ssrc: 1, payloadType: 96 });
    const outgoing = viewer(10);
    expect(outgoing.newestKeyframeSequence).toBeUndefined();
    for (const [nalUnits, timestamp] of [['67', '65 88'], ['41'], ['67', '65 88']].map(
      (texts, at) => [texts, at] as const,
    )) {
      for (const packet of packetizer.packetize(nalUnits.map(hex), timestamp)) outgoing.prepare(packet);
    }
    expect(outgoing.newestKeyframeSequence).toBe(13);
  });
});

describe('PacketHistory', () => {
  test('holds the newest packets only, found by index', () => {
    const layer = new Layer({ firstSequenceNumber: 0xfffd, capacity: 4 });
    const packets = Array.from({ length: 6 }, () => layer.next());
    expect(packets.map(({ index }) => packets[0]!.history.get(index)?.index)).toEqual([
      undefined,
      undefined,
      0xffff,
      0x10000,
      0x10001,
      0x10002,
    ]);
    expect(packets[0]!.history.get(0x10003)).toBeUndefined();
    expect(new PacketHistory().get(0)).toBeUndefined();
  });

  test('a capacity that is not a count is a RangeError', () => {
    for (const capacity of [0, -1, 1.5]) expect(() => new PacketHistory(capacity)).toThrow(RangeError);
  });
});
