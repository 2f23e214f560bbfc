import type { ServerMessage, ServerMessageOf } from '@perch/protocol';
import { Alarm } from './alarm.ts';
import { backoffMs, MEDIA_BACKOFF } from './backoff.ts';
import { judgeError } from './error-verdict.ts';
import { IceForTries } from './ice-for-tries.ts';
import type { MediaLeg } from './media-leg.ts';
import { MediaLegs } from './media-legs.ts';
import { PictureWatch } from './picture-watch.ts';
import type { Ports } from './ports.ts';
import { RelayRenewal } from './relay-renewal.ts';
import { ServerLink } from './server-link.ts';
import type { EndReason, Status } from './status.ts';

/** A server that takes the socket but answers no `join` is not one that can help. */
const JOINED_WAIT_MS = 5_000;

/** A busy Pi takes a second or two for an offer. */
const OFFER_WAIT_MS = 6_000;

/** ICE through TURN over TCP, on a bad network, still shows a frame in this time or never. */
const FIRST_FRAME_WAIT_MS = 12_000;

/**
 * No new frame for this long, with the camera there: something is broken between us. A streamer whose camera program
 * hangs looks for 2 to 2.5 s before it says so (STATE1): its word must come first, or each viewer asks for a connection
 * that would show nothing either.
 */
const FREEZE_MS = 3_000;

/** No new frame for this long after the camera left: it has really left. */
const FREEZE_WITHOUT_CAMERA_MS = 1_000;

/** ICE often mends itself within this time. Asking for a new connection costs little: the old one is kept meanwhile. */
const DISCONNECTED_MS = 1_500;

/** A direct connection shows its picture in this time, or most likely never. */
const DIRECT_WAIT_MS = 4_000;

/** An old server does not say when the camera comes (no JOIN3): ask again this often. */
const ASK_OLD_SERVER_EVERY_MS = 4_000;

/**
 * How far the video is. `asking`: an offer is due. `opening`: it is being answered. `flowing`: frames were shown.
 * `lost`: it broke, and a `join` that asks for another offer is planned or sent. In all but `flowing` an older connection
 * may still be shown.
 */
type MediaPhase =
  | { readonly phase: 'asking' | 'opening' | 'flowing' }
  | { readonly phase: 'lost'; readonly retryInMs: number };

/**
 * One person watching one stream, from Connect to Disconnect. Owns the link to the server and the media connection, two
 * while one takes over from the other; each is mended without touching the other. What it can't mend ends it, with the reason in `status`.
 */
export class WatchSession {
  readonly #ports: Ports;
  readonly #streamId: string;
  readonly #token: string | undefined;
  readonly #onStatus: (status: Status) => void;
  readonly #link: ServerLink;
  readonly #picture: PictureWatch;
  /** For an answer of the other side: `joined`, an offer, the first frame. */
  readonly #patience: Alarm;
  /** For the next `join` after media broke or, with an old server, while the camera is away. */
  readonly #rejoin: Alarm;
  readonly #disconnected: Alarm;
  /** For a direct connection, where it is all that can be tried. */
  readonly #direct: Alarm;
  readonly #ice: IceForTries;
  readonly #renewal: RelayRenewal;
  readonly #legs: MediaLegs;
  #media: MediaPhase = { phase: 'asking' };
  #mediaFailures = 0;
  #camera: 'unknown' | 'present' | 'restarting' | 'absent' = 'unknown';
  #joined = false;
  #viewerId: string | undefined;
  #resumeToken: string | undefined;
  #serverTellsArrivals = true;
  #blocked = false;
  /** A direct connection is tried alone, and takes too long. */
  #directIsSlow = false;
  /** When the newest connection is to be made anew, where it is relayed. */
  #renewAt: number | undefined;
  #visible: boolean;
  #ended: Extract<Status, { state: 'ended' }> | undefined;
  #closed = false;

  constructor(
    ports: Ports,
    options: {
      streamId: string;
      /** The right to watch, where the server asks for one. */
      token?: string | undefined;
      visible: boolean;
      onStatus: (status: Status) => void;
    },
  ) {
    this.#ports = ports;
    this.#streamId = options.streamId;
    this.#token = options.token;
    this.#visible = options.visible;
    this.#onStatus = options.onStatus;
    this.#patience = new Alarm(ports.clock);
    this.#rejoin = new Alarm(ports.clock);
    this.#disconnected = new Alarm(ports.clock);
    this.#direct = new Alarm(ports.clock);
    this.#ice = new IceForTries(ports);
    this.#renewal = new RelayRenewal(ports.clock, () => {
      if (this.#ice.hasFreshRelay) this.#joinAhead();
    });
    this.#legs = new MediaLegs(ports.media, {
      onSend: (message) => this.#link.send(message),
      onConnection: (state) => this.#handleConnection(state),
      onBlocked: (blocked) => this.#handleBlocked(blocked),
      onTakenOver: () => this.#handleMoving(),
      onFirstFrame: (leg) => this.#handleFirstFrame(leg),
      onFrame: () => this.#picture.handleFrame(),
      onFailed: () => this.#handleMediaLost(),
    });
    this.#picture = new PictureWatch(
      ports.clock,
      { patienceMs: FREEZE_MS, visible: options.visible },
      (picture) => this.#handlePicture(picture),
    );
    this.#link = new ServerLink(ports, {
      onOpening: () => this.#report(),
      onOpen: () => this.#handleOpen(),
      onMessage: (message) => this.#handleMessage(message),
      onDown: () => this.#handleDown(),
    });
  }

  start(): void {
    if (this.#ports.media.supported) this.#link.open();
    else this.#end('no-webrtc');
  }

  checkNow(): void {
    if (!this.#ended) this.#link.checkNow();
  }

  /**
   * The network came back or is another one. A connection that still has a picture may be about to end: a new one is
   * asked for ahead of that. Where the socket is dead, nobody answers the `join`, and it is made anew.
   */
  handleNetworkChange(): void {
    this.checkNow();
    this.#joinAhead();
  }

  handleVisible(visible: boolean): void {
    if (this.#closed) return;
    this.#visible = visible;
    this.#picture.setVisible(visible);
    if (visible) this.checkNow();
  }

  /** Ends everything that the session owns, and takes the picture off the screen. Reports nothing more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
  }

  get status(): Status {
    if (this.#ended) return this.#ended;
    const link = this.#link.state;
    if (this.#picture.state === 'moving') return { state: 'live', serverLost: link.state !== 'open' };
    if (link.state === 'down') return { ...link, state: 'reconnecting', why: 'server' };
    if (link.state !== 'open') {
      const attempt = link.state === 'opening' ? link.attempt : 0;
      if (attempt === 0) return { state: 'connecting', step: 'server' };
      return { state: 'reconnecting', attempt, retryInMs: 0, why: 'server' };
    }
    if (this.#camera === 'absent') return { state: 'waiting-for-camera' };
    if (this.#camera === 'restarting') return { state: 'camera-restarting' };
    if (this.#blocked) return { state: 'connecting', step: 'tap' };
    const noRelay = this.#ice.noRelay !== undefined && { noRelay: this.#ice.noRelay };
    if (this.#mediaFailures > 0) {
      const retryInMs = this.#media.phase === 'lost' ? this.#media.retryInMs : 0;
      return { state: 'reconnecting', attempt: this.#mediaFailures, retryInMs, why: 'media', ...noRelay };
    }
    if (!this.#joined) return { state: 'connecting', step: 'joining' };
    return {
      state: 'connecting',
      step: this.#media.phase === 'asking' ? 'waiting-for-offer' : 'media',
      ...(this.#directIsSlow && noRelay),
    };
  }

  #report(): void {
    if (!this.#closed) this.#onStatus(this.status);
  }

  #release(): void {
    this.#link.close();
    this.#patience.clear();
    this.#rejoin.clear();
    this.#ice.close();
    this.#dropLegs();
    this.#picture.reset();
    this.#ports.media.clear();
  }

  #end(why: EndReason, detail?: string): void {
    this.#ended = { state: 'ended', why, ...(detail && { detail }) };
    this.#release();
    this.#report();
  }

  // The link

  /** Video that still moves is kept: the server is asked to take us back as who we were (SPEC.md, RESUME1). */
  #handleOpen(): void {
    this.#join(this.#picture.state === 'moving' ? this.#viewerId : undefined);
  }

  #join(resumeAs?: string): void {
    this.#joined = false;
    this.#rejoin.clear();
    this.#link.send({
      type: 'join',
      stream_id: this.#streamId,
      ...(this.#token !== undefined && { token: this.#token }),
      ...(resumeAs !== undefined && { viewer_id: resumeAs }),
      ...(resumeAs !== undefined && this.#resumeToken !== undefined && { resume_token: this.#resumeToken }),
    });
    this.#patience.set(JOINED_WAIT_MS, () => this.#link.drop());
    this.#report();
  }

  #handleDown(): void {
    this.#joined = false;
    this.#camera = 'unknown';
    this.#legs.forgetEarly();
    this.#patience.clear();
    this.#rejoin.clear();
    this.#picture.setPatience(FREEZE_MS);
    // What was being made can't be finished without the server.
    if (this.#legs.fallBack()) this.#media = { phase: 'flowing' };
    else if (this.#media.phase === 'lost') {
      // A connection that was to be replaced ahead of time goes on.
      this.#media = { phase: this.#picture.state === 'moving' ? 'flowing' : 'asking' };
    }
    this.#report();
  }

  #handleMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'joined':
        this.#handleJoined(message);
        break;
      case 'offer':
        this.#handleOffer(message);
        break;
      case 'ice-candidate':
        this.#legs.addCandidate(message, { isOfferDue: this.#media.phase === 'asking' });
        break;
      case 'broadcaster-joined':
        this.#handleCameraJoined();
        break;
      case 'broadcaster-left':
        this.#handleCameraAbsent();
        break;
      case 'stream-state':
        this.#handleStreamState(message);
        break;
      case 'error':
        this.#handleError(message);
        break;
      case 'ice-servers':
        this.#handleIceServers(message);
        break;
      case 'answer':
      case 'pong':
      case 'registered':
      case 'viewer-joined':
      case 'viewer-left':
        break;
      default:
        message satisfies never;
    }
  }

  #handleJoined(message: ServerMessageOf<'joined'>): void {
    this.#link.settle();
    this.#patience.clear();
    this.#joined = true;
    this.#viewerId = message.viewer_id;
    this.#resumeToken = message.resume_token;
    this.#legs.forgetEarly();
    // The camera says so again where it still holds (SPEC.md, STATE2).
    if (this.#camera === 'restarting') this.#camera = 'present';
    this.#serverTellsArrivals = message.ice_servers !== undefined;
    this.#ice.take(message);
    if (this.#camera === 'absent') this.#askOldServerLater();
    else if (message.resumed !== true) this.#expectOffer();
    // Who resumes is sent no offer: media that broke meanwhile must be asked for.
    else if (this.#picture.state !== 'moving') this.#handleMediaLost();
    this.#report();
  }

  /** A new connection uses them; one that is being made without a relay has a little time, then a new one is made. */
  #handleIceServers(message: ServerMessageOf<'ice-servers'>): void {
    if (message.ice_servers === undefined) return;
    this.#ice.take(message);
    if (this.#directIsSlow && this.#ice.noRelay === undefined) this.#handleMediaLost();
    else this.#report();
  }

  // The camera

  #handleCameraJoined(): void {
    this.#camera = 'present';
    this.#legs.forgetEarly();
    this.#rejoin.clear();
    this.#picture.setPatience(FREEZE_MS);
    // A camera that only lost its WebSocket keeps its media going and sends no offer (SPEC.md, REG6, RESUME3).
    if (this.#picture.state !== 'moving') this.#expectOffer();
    this.#report();
  }

  #handleCameraAbsent(): void {
    this.#camera = 'absent';
    this.#mediaFailures = 0;
    this.#patience.clear();
    this.#rejoin.clear();
    this.#picture.setPatience(FREEZE_WITHOUT_CAMERA_MS);
    if (this.#media.phase === 'lost') this.#media = { phase: 'asking' };
    this.#askOldServerLater();
    this.#report();
  }

  /** The standstill of a camera that restarts is not ours to mend; from `live` on it would be (SPEC.md, STATE3). */
  #handleStreamState({ state }: ServerMessageOf<'stream-state'>): void {
    const before = this.#camera;
    if (before === 'absent') return;
    this.#camera = state === 'camera-restarting' ? 'restarting' : 'present';
    const isBack = before === 'restarting' && this.#camera === 'present';
    if (isBack && this.#media.phase === 'flowing' && this.#picture.state !== 'moving') {
      this.#media = { phase: 'opening' };
      this.#awaitFirstFrame();
    }
    this.#report();
  }

  #askOldServerLater(): void {
    if (this.#serverTellsArrivals) return;
    this.#rejoin.set(ASK_OLD_SERVER_EVERY_MS, () => this.#join());
  }

  #handleError(message: ServerMessageOf<'error'>): void {
    const verdict = judgeError(message);
    switch (verdict.verdict) {
      case 'no-camera':
        this.#handleCameraAbsent();
        break;
      case 'server-leaves':
        this.#link.drop();
        break;
      case 'over':
        this.#end(verdict.why, verdict.detail);
        break;
      case 'one-message':
        break;
      default:
        verdict satisfies never;
    }
  }

  // The media

  #expectOffer(): void {
    this.#media = { phase: 'asking' };
    this.#patience.set(OFFER_WAIT_MS, () => {
      if (this.#picture.state !== 'moving') this.#handleMediaLost();
    });
  }

  /** An offer always replaces what was there, but not a moving picture by none (SPEC.md, RESUME4). */
  #handleOffer(offer: ServerMessageOf<'offer'>): void {
    const keepsPicture = this.#picture.state === 'moving' && !this.#legs.isEmpty;
    if (!keepsPicture) this.#dropLegs();
    if (!keepsPicture) this.#picture.reset();
    this.#disconnected.clear();
    this.#picture.setPatience(FREEZE_MS);
    if (this.#camera !== 'restarting') this.#camera = 'present';
    this.#media = { phase: 'opening' };
    this.#rejoin.clear();
    this.#awaitFirstFrame();
    this.#report();
    this.#renewAt = this.#ice.renewAt;
    this.#legs.answer(offer, this.#ice.forTry(), { keepsPicture });
    this.#directIsSlow = false;
    if (this.#ice.triedWithout) this.#direct.set(DIRECT_WAIT_MS, () => this.#handleDirectIsSlow());
  }

  #handleDirectIsSlow(): void {
    if (this.#media.phase !== 'opening' || this.#legs.isRenewing) return;
    this.#directIsSlow = true;
    if (this.#ice.noRelay === undefined) this.#handleMediaLost();
    else this.#report();
  }

  /** The newest connection works: the server counts how, and it is renewed before its relay ends (SPEC.md, ICE8). */
  #handleFirstFrame(leg: MediaLeg): void {
    this.#direct.clear();
    this.#directIsSlow = false;
    this.#renewal.watch(leg, this.#renewAt);
    // A server that is older than Perch would take it for a fault of ours.
    if (!this.#serverTellsArrivals) return;
    void leg.route().then((route) => {
      if (route !== undefined && !this.#closed) this.#link.send({ type: 'connected', route });
    });
  }

  /** Asks for a new connection while the old one still has a picture, where somebody can be asked. */
  #joinAhead(): void {
    const flows = this.#media.phase === 'flowing' && this.#picture.state === 'moving';
    if (this.#link.state.state !== 'open' || !this.#joined || !flows || this.#camera === 'absent') return;
    this.#media = { phase: 'lost', retryInMs: 0 };
    this.#join();
  }

  #awaitFirstFrame(): void {
    this.#patience.set(FIRST_FRAME_WAIT_MS, () => {
      // A hidden page and a restarting camera show no frames, and a refused play() needs the person: not the media's fault.
      if (this.#visible && !this.#blocked && this.#camera !== 'restarting') this.#handleMediaLost();
      else this.#awaitFirstFrame();
    });
  }

  #handleBlocked(blocked: boolean): void {
    this.#blocked = blocked;
    this.#report();
  }

  #handleConnection(state: 'connected' | 'disconnected' | 'failed'): void {
    // With an offer due, this is the connection that it will replace.
    if (this.#media.phase === 'asking' || this.#media.phase === 'lost') return;
    switch (state) {
      case 'connected':
        this.#disconnected.clear();
        break;
      case 'disconnected':
        this.#disconnected.set(DISCONNECTED_MS, () => this.#handleMediaLost());
        break;
      case 'failed':
        if (!this.#legs.isRenewing) this.#picture.reset();
        this.#handleMediaLost();
        break;
      default:
        state satisfies never;
    }
  }

  #handlePicture(picture: 'none' | 'moving' | 'frozen'): void {
    if (picture === 'moving') this.#handleMoving();
    else this.#handleFrozen();
    this.#report();
  }

  #handleMoving(): void {
    if (this.#camera === 'restarting') this.#camera = 'present';
    this.#mediaFailures = 0;
    this.#ice.handlePicture();
    this.#blocked = false;
    if (this.#media.phase === 'opening') {
      if (this.#joined) this.#patience.clear();
      this.#media = { phase: 'flowing' };
    } else if (this.#media.phase === 'lost' && this.#rejoin.isSet) {
      // It mended itself before the next `join` was sent.
      this.#rejoin.clear();
      this.#media = { phase: 'flowing' };
    }
  }

  #handleFrozen(): void {
    const isOfferDue = this.#media.phase === 'asking' && this.#patience.isSet;
    const isTakenOver = this.#legs.isRenewing;
    this.#picture.reset();
    if (isTakenOver) this.#legs.settle();
    const isCameras = this.#camera === 'absent' || this.#camera === 'restarting';
    // What is under way has a patience of its own.
    if (!isCameras && !isOfferDue && !isTakenOver) this.#handleMediaLost();
  }

  /** Asks for a new offer by joining again (SPEC.md, JOIN4): at once the first time, then more and more slowly. */
  #handleMediaLost(): void {
    const isUnderWay = this.#media.phase === 'lost' || !this.#joined;
    this.#disconnected.clear();
    if (this.#camera === 'absent' || this.#link.state.state !== 'open' || isUnderWay) {
      this.#report();
      return;
    }
    this.#patience.clear();
    this.#mediaFailures += 1;
    if (this.#media.phase === 'opening') this.#ice.handleInVain();
    const retryInMs =
      this.#mediaFailures === 1 ? 0 : backoffMs(this.#mediaFailures - 1, MEDIA_BACKOFF, this.#ports.random);
    this.#media = { phase: 'lost', retryInMs };
    if (retryInMs === 0) this.#join();
    else this.#rejoin.set(retryInMs, () => this.#join());
    this.#report();
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
