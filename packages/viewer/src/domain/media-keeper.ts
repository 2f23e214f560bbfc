import type { ClientMessage, ServerMessageOf } from '@perch/protocol';
import { Alarm } from './alarm.ts';
import { IceServers } from './ice-servers.ts';
import type { MediaLeg } from './media-leg.ts';
import { MediaLegs } from './media-legs.ts';
import { MediaTries } from './media-tries.ts';
import { PATIENCE, PATIENCE_WITHOUT_CAMERA, type PictureState, PictureWatch } from './picture-watch.ts';
import type { Ports } from './ports.ts';
import { RelayRenewal } from './relay-renewal.ts';
import type { Room } from './room.ts';
import type { MediaFacts } from './status-of.ts';
import type { StreamCounters } from './stream-counters.ts';

/** ICE often mends itself within this time. Asking for a new connection costs little: the old one is kept meanwhile. */
const DISCONNECTED_MS = 1_500;

/** A direct connection shows its picture in this time, or most likely never. */
const DIRECT_WAIT_MS = 4_000;

type RoomView = Pick<Room, 'camera' | 'canAsk' | 'tellsArrivals'>;

export interface KeeperEvents {
  /** A new offer is to be asked for now, by joining again. */
  onAsk(): void;
  onSend(message: ClientMessage): void;
  /** A picture moves that did not before, or a newer connection's takes over. */
  onMoving(): void;
  /** The browser has none of the camera's codecs. */
  onNoCodec(): void;
  /** It stands still, and nobody knows why yet. */
  onStill(): void;
  /** `facts` may have changed. */
  onChange(): void;
}

/**
 * Keeps a picture on the screen: owns the media connections, two while one takes over from the other, and all that tells
 * whether they work. Where they don't, the next try is due. What the room allows it only reads.
 */
export class MediaKeeper {
  readonly #ports: Ports;
  readonly #room: RoomView;
  readonly #events: KeeperEvents;
  readonly #tries: MediaTries;
  readonly #ice: IceServers;
  readonly #legs: MediaLegs;
  readonly #picture: PictureWatch;
  readonly #renewal: RelayRenewal;
  readonly #disconnected: Alarm;
  /** For a direct connection, where it is all that can be tried. */
  readonly #direct: Alarm;
  #directIsSlow = false;
  #blocked = false;
  #visible: boolean;

  constructor(ports: Ports, options: { room: RoomView; visible: boolean }, events: KeeperEvents) {
    this.#ports = ports;
    this.#room = options.room;
    this.#visible = options.visible;
    this.#events = events;
    this.#disconnected = new Alarm(ports.clock);
    this.#direct = new Alarm(ports.clock);
    this.#ice = new IceServers(ports);
    this.#tries = new MediaTries(ports, { onAsk: () => events.onAsk(), onLate: () => this.#handleLate() });
    this.#renewal = new RelayRenewal(ports.clock, () => {
      if (this.#ice.hasFreshRelay) this.askAhead();
    });
    this.#legs = new MediaLegs(ports.media, {
      onSend: (message) => events.onSend(message),
      onConnection: (state) => this.#handleConnection(state),
      onBlocked: (blocked) => this.#handleBlocked(blocked),
      onTakenOver: () => this.#handleMoving(),
      onFirstFrame: (leg) => this.#handleFirstFrame(leg),
      onFrame: () => this.#picture.handleFrame(),
      onFailed: () => this.#handleLost(),
      onNoCodec: () => events.onNoCodec(),
    });
    this.#picture = new PictureWatch(
      ports.clock,
      { patience: PATIENCE, visible: options.visible },
      (picture) => this.#handlePicture(picture),
    );
  }

  get isMoving(): boolean {
    return this.#picture.state === 'moving';
  }

  get facts(): MediaFacts {
    return {
      isMoving: this.isMoving,
      isStill: this.#picture.state === 'still',
      phase: this.#tries.phase,
      failures: this.#tries.failures,
      isBlocked: this.#blocked,
      directIsSlow: this.#directIsSlow,
      noRelay: this.#ice.noRelay,
    };
  }

  counters(): Promise<StreamCounters | undefined> {
    return this.#legs.counters();
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#picture.setVisible(visible);
  }

  /** The device or the page slept. Whom the server has given up the camera has, too: what is shown counts no more. */
  handleWake({ isForgotten }: { isForgotten: boolean }): void {
    if (isForgotten) this.#picture.reset();
    else this.#picture.expectSoon();
  }

  /** Asks for a new connection while the old one still has a picture, where somebody can be asked. */
  askAhead(): void {
    if (this.#room.canAsk && this.isMoving && this.#tries.phase.phase === 'flowing') this.#tries.askAhead();
  }

  /** Ends the connections, and takes the picture off the screen unless its last frame is to stay. */
  close({ keepFrame }: { keepFrame: boolean }): void {
    this.#tries.stop();
    this.#ice.close();
    this.#dropLegs();
    this.#picture.reset();
    if (!keepFrame) this.#ports.media.clear();
  }

  // What the room tells

  handleJoined(message: ServerMessageOf<'joined'>): void {
    this.#tries.stop();
    this.#legs.forgetEarly();
    this.#ice.take(message);
    if (this.#room.camera === 'absent') return;
    if (message.resumed !== true) this.#tries.expectOffer();
    // Who resumes is sent no offer: media that broke meanwhile must be asked for.
    else if (!this.isMoving) this.#handleLost();
  }

  /** A new connection uses them; one that is being made without a relay has a little time, then a new one is made. */
  handleIceServers(message: ServerMessageOf<'ice-servers'>): void {
    if (message.ice_servers === undefined) return;
    this.#ice.take(message);
    if (this.#directIsSlow && this.#ice.noRelay === undefined) this.#handleLost();
  }

  handleServerLost(): void {
    this.#legs.forgetEarly();
    this.#picture.setPatience(PATIENCE);
    // What was being made can't be finished without the server.
    const fellBack = this.#legs.fallBack();
    this.#tries.handleServerLost({ fellBack, isMoving: this.isMoving });
  }

  handleCameraJoined(): void {
    this.#legs.forgetEarly();
    this.#picture.setPatience(PATIENCE);
    // A camera that only lost its WebSocket keeps its media going and sends no offer (SPEC.md, REG6, RESUME3).
    // What is planned because the newest connection broke stays planned.
    if (!this.isMoving) this.#tries.expectOffer();
  }

  handleCameraAbsent(): void {
    this.#tries.handleCameraAbsent();
    this.#picture.setPatience(PATIENCE_WITHOUT_CAMERA);
  }

  /** The standstill of a camera that restarts is not ours to mend; from `live` on it would be (SPEC.md, STATE3). */
  handleCameraRestarted(): void {
    if (this.#tries.phase.phase === 'flowing' && !this.isMoving) this.#tries.expectFrame();
  }

  /** An offer always replaces what was there, but not a moving picture by none (SPEC.md, RESUME4). */
  handleOffer(offer: ServerMessageOf<'offer'>): void {
    const keepsPicture = this.isMoving && !this.#legs.isEmpty;
    if (!keepsPicture) {
      this.#dropLegs();
      this.#picture.reset();
    }
    this.#disconnected.clear();
    this.#picture.setPatience(PATIENCE);
    this.#tries.expectFrame();
    this.#events.onChange();
    this.#legs.answer(offer, this.#ice.forTry(), { keepsPicture });
    this.#directIsSlow = false;
    if (this.#ice.triedWithout) this.#direct.set(DIRECT_WAIT_MS, () => this.#handleDirectIsSlow());
  }

  handleCandidate(message: ServerMessageOf<'ice-candidate'>): void {
    this.#legs.addCandidate(message, { isOfferDue: this.#tries.phase.phase === 'asking' });
  }

  // What the connections tell

  #handleConnection(state: 'connected' | 'disconnected' | 'failed'): void {
    const { phase } = this.#tries.phase;
    // With an offer due, this is the connection that it will replace.
    if (phase === 'asking' || phase === 'lost') return;
    switch (state) {
      case 'connected':
        this.#disconnected.clear();
        break;
      case 'disconnected':
        this.#disconnected.set(DISCONNECTED_MS, () => this.#handleLost());
        break;
      case 'failed':
        if (!this.#legs.isRenewing) this.#picture.reset();
        this.#handleLost();
        break;
      default:
        state satisfies never;
    }
  }

  #handleBlocked(blocked: boolean): void {
    this.#blocked = blocked;
    this.#events.onChange();
  }

  /** The newest connection works: the server counts how, and it is renewed before its relay ends (SPEC.md, ICE8). */
  #handleFirstFrame(leg: MediaLeg): void {
    this.#direct.clear();
    this.#directIsSlow = false;
    this.#renewal.watch(leg, this.#ice.renewAt);
    // A server that is older than Perch would take it for a fault of ours.
    if (!this.#room.tellsArrivals) return;
    void leg.route().then((route) => {
      if (route !== undefined) this.#events.onSend({ type: 'connected', route });
    });
  }

  #handlePicture(picture: PictureState): void {
    if (picture === 'moving') this.#handleMoving();
    else if (picture === 'still') this.#events.onStill();
    else this.#handleFrozen();
    this.#events.onChange();
  }

  #handleMoving(): void {
    this.#blocked = false;
    this.#tries.handleMoving();
    this.#events.onMoving();
  }

  // What is not well

  #handleFrozen(): void {
    const isOfferDue = this.#tries.phase.phase === 'asking' && this.#tries.isWaiting;
    const isTakenOver = this.#legs.isRenewing;
    this.#picture.reset();
    if (isTakenOver) this.#legs.settle();
    const isCameras = this.#room.camera === 'absent' || this.#room.camera === 'restarting';
    // What is under way has a patience of its own.
    if (!isCameras && !isOfferDue && !isTakenOver) this.#handleLost();
  }

  #handleLate(): void {
    if (this.#tries.phase.phase === 'asking') {
      if (!this.isMoving) this.#handleLost();
      return;
    }
    // A hidden page and a restarting camera show no frames, and a refused play() needs the person: not the media's fault.
    if (this.#visible && !this.#blocked && this.#room.camera !== 'restarting') this.#handleLost();
    else this.#tries.expectFrame();
  }

  #handleDirectIsSlow(): void {
    if (this.#tries.phase.phase !== 'opening' || this.#legs.isRenewing) return;
    this.#directIsSlow = true;
    if (this.#ice.noRelay === undefined) this.#handleLost();
    else this.#events.onChange();
  }

  /** The next try is due, where one can be asked for and has not been. */
  #handleLost(): void {
    const { phase } = this.#tries.phase;
    this.#disconnected.clear();
    if (this.#room.canAsk && phase !== 'lost') {
      this.#tries.fail();
    }
    this.#events.onChange();
  }

  #dropLegs(): void {
    this.#disconnected.clear();
    this.#direct.clear();
    this.#directIsSlow = false;
    this.#renewal.clear();
    this.#blocked = false;
    this.#legs.close();
  }
}
