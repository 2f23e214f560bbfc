import type { AddressInfo } from 'node:net';
import type { ServerMessage } from '@perch/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { ServerLink } from '../src/adapters/server-link.ts';
import type { SignalingLink } from '../src/domain/broadcaster.ts';
import { ManualClock, memoryLog, settle } from './support/fakes.ts';

/** A real server and a link to it, with a clock that the test turns. */
class Line {
  readonly clock = new ManualClock();
  readonly memory = memoryLog();
  readonly ups: SignalingLink[] = [];
  readonly messages: ServerMessage[] = [];
  readonly sockets: WebSocket[] = [];
  readonly arrived: string[] = [];
  readonly link: ServerLink;
  downs = 0;
  pings = 0;
  readonly #server: WebSocketServer;
  #waiting: (() => void)[] = [];

  static async open({ autoPong = true } = {}) {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong });
    await new Promise((resolve) => server.once('listening', resolve));
    return new Line(server);
  }

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => {
      socket.on('message', (data) => this.#change(() => this.arrived.push(data.toString())));
      socket.on('ping', () => this.#change(() => this.pings++));
      socket.on('close', () => this.#change(() => {}));
      this.#change(() => this.sockets.push(socket));
    });
    const { port } = server.address() as AddressInfo;
    this.link = new ServerLink(
      `ws://127.0.0.1:${port}/any/path`,
      { clock: this.clock, random: () => 1, log: this.memory.log },
      {
        onUp: (link) => this.#change(() => this.ups.push(link)),
        onMessage: (message) => this.#change(() => this.messages.push(message)),
        onDown: () => this.#change(() => this.downs++),
      },
    );
    onTestFinished(() => {
      this.link.close();
      for (const socket of server.clients) socket.terminate();
      server.close();
    });
  }

  get socket(): WebSocket {
    return this.sockets.at(-1)!;
  }

  /** The next timer's delay from now. */
  get nextTimerMs(): number {
    return Math.min(...[...this.clock.timers].map(({ at }) => at)) - this.clock.nowMs();
  }

  /** No new connections, and none of the old. */
  stop() {
    this.#server.close();
    for (const socket of this.#server.clients) socket.terminate();
  }

  async until(holds: (line: Line) => boolean) {
    while (!holds(this)) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  async connected(times: number) {
    await this.until(({ ups, sockets }) => ups.length === times && sockets.length === times);
  }

  #change(change: () => void) {
    change();
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

describe('the link to the server', () => {
  test('passes messages both ways', async () => {
    const line = await Line.open();
    await line.connected(1);
    line.ups[0]!.send({ type: 'register', stream_id: 'garden' });
    await line.until(({ arrived }) => arrived.length === 1);
    expect(line.arrived.map((text) => JSON.parse(text))).toEqual([{ type: 'register', stream_id: 'garden' }]);
    line.socket.send('{"type":"registered","stream_id":"garden"}');
    await line.until(({ messages }) => messages.length === 1);
    expect(line.messages).toEqual([{ type: 'registered', stream_id: 'garden' }]);
  });

  test('[WIRE11] what is no message is passed over, and the link stays', async () => {
    const line = await Line.open();
    await line.connected(1);
    for (const text of ['', '{', '[]', 'null', '{"type":"unheard-of"}', '{"type":"answer"}', '\ud800']) {
      line.socket.send(text);
    }
    line.socket.send(Buffer.from([0xff, 0xfe, 0x00]));
    line.socket.send('{"type":"pong"}');
    await line.until(({ messages }) => messages.length > 0);
    expect(line.messages).toEqual([{ type: 'pong' }]);
    expect(line.downs).toBe(0);
  });

  test('[WIRE4] a frame far over the limit ends the connection, and another one is made', async () => {
    const line = await Line.open();
    await line.connected(1);
    line.socket.send('x'.repeat(400_000));
    await line.until(({ downs }) => downs === 1);
    line.clock.advance(250);
    await line.connected(2);
  });

  test('[REG6] when it is lost it is made again after pauses that grow up to two seconds', async () => {
    const line = await Line.open();
    const pauses: number[] = [];
    for (let n = 1; n <= 6; n++) {
      await line.connected(n);
      line.socket.terminate();
      await line.until(({ downs }) => downs === n);
      pauses.push(line.nextTimerMs);
      line.clock.advance(pauses.at(-1)!);
    }
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000]);
  });

  test('[LIFE3] a server that goes away has its cameras back at times of their own, over two seconds', async () => {
    const line = await Line.open();
    await line.connected(1);
    line.socket.close(1001, 'server-closing');
    await line.until(({ downs }) => downs === 1);
    expect(line.nextTimerMs).toBe(2_000);
  });

  test('after a registration the pauses begin again', async () => {
    const line = await Line.open();
    for (let n = 1; n <= 3; n++) {
      await line.connected(n);
      line.socket.terminate();
      await line.until(({ downs }) => downs === n);
      line.clock.advance(line.nextTimerMs);
    }
    await line.connected(4);
    line.link.confirm();
    line.socket.terminate();
    await line.until(({ downs }) => downs === 4);
    expect(line.nextTimerMs).toBe(250);
  });

  test('while no server is there it is tried again and again', async () => {
    const line = await Line.open();
    await line.connected(1);
    line.stop();
    for (let n = 1; n <= 4; n++) {
      await line.until(({ downs }) => downs === n);
      expect(line.nextTimerMs).toBeLessThanOrEqual(2_000);
      line.clock.advance(line.nextTimerMs);
    }
    expect(line.ups).toHaveLength(1);
  });

  test('[LIFE1] a server that leaves pings unanswered is given up within 15 s', async () => {
    const line = await Line.open({ autoPong: false });
    await line.connected(1);
    const before = line.clock.nowMs();
    for (let pings = 1; pings <= 2; pings++) {
      line.clock.advance(5_000);
      await line.until((state) => state.pings === pings);
    }
    line.clock.advance(5_000);
    expect(line.clock.nowMs() - before).toBeLessThanOrEqual(15_000);
    await line.until(({ downs }) => downs === 1);
    line.clock.advance(250);
    await line.connected(2);
  });

  test('a server that answers pings is kept', async () => {
    const line = await Line.open();
    await line.connected(1);
    for (let pings = 1; pings <= 6; pings++) {
      line.clock.advance(5_000);
      await line.until((state) => state.pings === pings);
      // The answer is on its way before this message, and so comes first.
      line.socket.send('{"type":"pong"}');
      await line.until(({ messages }) => messages.length === pings);
    }
    expect(line.downs).toBe(0);
  });

  test('what is sent into a link that is gone is dropped', async () => {
    const line = await Line.open();
    await line.connected(1);
    line.socket.terminate();
    await line.until(({ downs }) => downs === 1);
    line.ups[0]!.send({ type: 'ping' });
    line.clock.advance(250);
    await line.connected(2);
    line.ups[0]!.send({ type: 'ping' });
    line.ups[1]!.send({ type: 'register', stream_id: 'garden' });
    await line.until(({ arrived }) => arrived.length > 0);
    expect(line.arrived).toEqual(['{"type":"register","stream_id":"garden"}']);
  });
});

describe('close', () => {
  test('ends the connection and every timer; nothing is told and nothing tried any more', async () => {
    const line = await Line.open();
    await line.connected(1);
    const closed = new Promise((resolve) => line.socket.once('close', resolve));
    line.link.close();
    line.link.close();
    await closed;
    await settle();
    line.clock.advance(60_000);
    await settle();
    expect([line.downs, line.sockets.length, line.clock.timers.size]).toEqual([0, 1, 0]);
  });

  test('during a pause, ends the trying', async () => {
    const line = await Line.open();
    await line.connected(1);
    line.socket.terminate();
    await line.until(({ downs }) => downs === 1);
    line.link.close();
    line.clock.advance(60_000);
    await settle();
    expect([line.sockets.length, line.clock.timers.size]).toEqual([1, 0]);
  });

  test('before there is a connection, none comes about', async () => {
    const line = await Line.open();
    line.link.close();
    await settle();
    await settle();
    expect([line.ups.length, line.downs, line.clock.timers.size]).toEqual([0, 0, 0]);
  });
});
