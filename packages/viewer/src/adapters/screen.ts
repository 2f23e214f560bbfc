/** What a stream on the screen reports. */
export interface ScreenEvents {
  /** A frame of this stream was shown, never one of an earlier stream. */
  onFrame(): void;
  onBlocked(blocked: boolean): void;
}

export interface ScreenElements {
  /** Holds the others; carries `data-picture` for the style sheet and `--ratio`, the picture's width by height. */
  readonly frame: HTMLElement;
  readonly video: HTMLVideoElement;
  /** Lies over the video with the last frame of a stream that ended. */
  readonly still: HTMLCanvasElement;
  readonly playButton: HTMLButtonElement;
}

/**
 * The place where the picture is. Shows one stream at a time; when it ends, its last frame stays until the next
 * stream's first. Knows that a frame was shown from requestVideoFrameCallback or, in browsers without it, from the
 * count of frames at each `timeupdate`.
 */
export class Screen {
  readonly #elements: ScreenElements;
  #showing: { readonly events: ScreenEvents; readonly listening: AbortController } | undefined;

  constructor(elements: ScreenElements) {
    this.#elements = elements;
  }

  show(stream: MediaStream, events: ScreenEvents): void {
    this.hold();
    const { frame, video, playButton } = this.#elements;
    const listening = new AbortController();
    const { signal } = listening;
    this.#showing = { events, listening };
    video.srcObject = stream;
    const onFrame = () => {
      // Chromium calls back for the first frame of a video that it was not allowed to play, and shows black.
      if (signal.aborted || video.paused) return;
      if (frame.getAttribute('data-picture') !== 'video') frame.setAttribute('data-picture', 'video');
      events.onFrame();
    };
    watchFrames(video, signal, onFrame);
    video.addEventListener('resize', () => this.#fitRatio(), { signal });
    // Leaving iOS's own fullscreen pauses the video; so do phone calls.
    video.addEventListener('pause', () => this.#play(), { signal });
    // Some phones pause the video of a hidden page, and refuse to play it until the page is seen again.
    const resume = () => {
      if (!document.hidden && video.paused) this.#play();
    };
    document.addEventListener('visibilitychange', resume, { signal });
    playButton.addEventListener('click', () => this.#play(), { signal });
    this.#play();
  }

  /** Ends the stream and keeps its last frame. */
  hold(): void {
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
    const { frame, video, still } = this.#elements;
    this.#stopListening();
    video.srcObject = null;
    frame.setAttribute('data-picture', 'none');
    // A canvas keeps its pixels for as long as it has a size.
    still.width = 0;
    still.height = 0;
  }

  #stopListening(): void {
    this.#showing?.listening.abort();
    this.#showing = undefined;
    this.#elements.playButton.hidden = true;
  }

  #fitRatio(): void {
    const { frame, video } = this.#elements;
    if (video.videoWidth > 0 && video.videoHeight > 0) {
      frame.style.setProperty('--ratio', String(video.videoWidth / video.videoHeight));
    }
  }

  #play(): void {
    const showing = this.#showing;
    if (showing === undefined) return;
    const report = (blocked: boolean) => {
      if (this.#showing !== showing) return;
      this.#elements.playButton.hidden = !blocked;
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
