/** What a stream on the screen reports. */
export interface ScreenEvents {
  /** A frame of this stream was shown, never one of an earlier stream. */
  onFrame(): void;
  onBlocked(blocked: boolean): void;
}

export interface ScreenElements {
  /** Holds the others; carries `data-picture` for the style sheet. */
  readonly frame: HTMLElement;
  readonly video: HTMLVideoElement;
  /** Lies over the video with the last frame of a stream that ended. */
  readonly still: HTMLCanvasElement;
}

interface Showing {
  readonly stream: MediaStream;
  readonly events: ScreenEvents;
  readonly listening: AbortController;
}

interface Waiting {
  readonly stream: MediaStream;
  readonly events: ScreenEvents;
  readonly video: HTMLVideoElement;
}

/**
 * The place where the picture is. Shows one stream at a time. While it has a picture, the next one waits out of sight
 * for its own; when it ends, its last frame stays until the next stream's first. Knows that a frame was shown from requestVideoFrameCallback or, in browsers without it, from the
 * count of frames at each `timeupdate`.
 */
export class Screen {
  readonly #find: () => ScreenElements;
  /** Undefined until there is something to show. */
  #found: ScreenElements | undefined;
  #showing: Showing | undefined;
  #waiting: Waiting | undefined;

  /** `find` is not called before the first stream is shown: what connects need not wait for what draws. */
  constructor(find: () => ScreenElements) {
    this.#find = find;
  }

  show(stream: MediaStream, events: ScreenEvents): void {
    const hasPicture = this.#elements.frame.getAttribute('data-picture') === 'video';
    if (this.#showing === undefined || !hasPicture) this.#present(stream, events);
    else this.#prepare(stream, events);
  }

  /** Plays what the browser refused to play by itself: only within the handler of a click or a key. */
  playByHand(): void {
    this.#play();
  }

  /** Ends a stream, whether it is shown or waits. One that was shown leaves its last frame. */
  end(stream: MediaStream): void {
    if (this.#waiting?.stream === stream) this.#stopWaiting();
    if (this.#showing?.stream !== stream) return;
    const next = this.#waiting;
    this.#hold();
    if (next !== undefined) this.#present(next.stream, next.events);
  }

  /** `loadeddata` comes with the first frame, in a video that is on no page too. */
  #prepare(stream: MediaStream, events: ScreenEvents): void {
    this.#stopWaiting();
    const video = document.createElement('video');
    video.muted = true;
    video.playsInline = true;
    video.srcObject = stream;
    video.addEventListener('loadeddata', () => {
      if (this.#waiting?.video === video) this.#present(stream, events);
    });
    this.#waiting = { stream, events, video };
    // Where it is refused, this stream is shown when the other ends.
    video.play().catch(() => undefined);
  }

  #stopWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) waiting.video.srcObject = null;
  }

  #present(stream: MediaStream, events: ScreenEvents): void {
    this.#stopWaiting();
    this.#hold();
    const { frame, video } = this.#elements;
    const listening = new AbortController();
    const { signal } = listening;
    this.#showing = { stream, events, listening };
    video.srcObject = stream;
    const onFrame = () => {
      // Chromium calls back for the first frame of a video that it was not allowed to play, and shows black.
      if (signal.aborted || video.paused) return;
      if (frame.getAttribute('data-picture') !== 'video') frame.setAttribute('data-picture', 'video');
      events.onFrame();
    };
    watchFrames(video, signal, onFrame);
    // Leaving iOS's own fullscreen pauses the video; so do phone calls.
    video.addEventListener('pause', () => this.#play(), { signal });
    // Some phones pause the video of a hidden page, and refuse to play it until the page is seen again.
    const resume = () => {
      if (!document.hidden && video.paused) this.#play();
    };
    document.addEventListener('visibilitychange', resume, { signal });
    this.#play();
  }

  #hold(): void {
    const { frame, video, still } = this.#elements;
    this.#stopListening();
    if (video.srcObject === null) return;
    if (frame.getAttribute('data-picture') === 'video' && video.videoWidth > 0) {
      still.width = video.videoWidth;
      still.height = video.videoHeight;
      still.getContext('2d')?.drawImage(video, 0, 0);
      frame.setAttribute('data-picture', 'still');
    }
    video.srcObject = null;
  }

  clear(): void {
    if (this.#found === undefined) return;
    const { frame, video, still } = this.#found;
    this.#stopWaiting();
    this.#stopListening();
    video.srcObject = null;
    frame.setAttribute('data-picture', 'none');
    // A canvas keeps its pixels for as long as it has a size.
    still.width = 0;
    still.height = 0;
  }

  get #elements(): ScreenElements {
    this.#found ??= this.#find();
    return this.#found;
  }

  #stopListening(): void {
    this.#showing?.listening.abort();
    this.#showing = undefined;
  }

  #play(): void {
    const showing = this.#showing;
    if (showing === undefined) return;
    const report = (blocked: boolean) => {
      if (this.#showing !== showing) return;
      showing.events.onBlocked(blocked);
    };
    this.#elements.video.play().then(
      () => report(false),
      // Anything but NotAllowedError means that this stream was taken away meanwhile.
      (error: unknown) => error instanceof DOMException && error.name === 'NotAllowedError' && report(true),
    );
  }
}

function watchFrames(video: HTMLVideoElement, signal: AbortSignal, onFrame: () => void): void {
  if ('requestVideoFrameCallback' in video) {
    let handle = 0;
    const next = () => {
      handle = video.requestVideoFrameCallback(() => {
        onFrame();
        if (!signal.aborted) next();
      });
    };
    next();
    signal.addEventListener('abort', () => video.cancelVideoFrameCallback(handle));
    return;
  }
  const older: HTMLVideoElement = video;
  let seen = 0;
  const look = () => {
    const shown = older.getVideoPlaybackQuality?.().totalVideoFrames;
    if (shown === seen) return;
    seen = shown ?? 0;
    onFrame();
  };
  older.addEventListener('playing', look, { signal });
  older.addEventListener('timeupdate', look, { signal });
}
