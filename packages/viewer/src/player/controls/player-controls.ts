import { type CSSResult, html, type TemplateResult } from 'lit';
import { saveFile } from '../../adapters/save-file.ts';
import { fileName } from '../../domain/file-name.ts';
import type { SessionLog } from '../../domain/session-log.ts';
import type { StreamCounters } from '../../domain/stream-counters.ts';
import type { Text } from '../../text/text.ts';
import type { Command } from '../commands.ts';
import { icons } from '../icons.ts';
import { pictureOf } from '../picture.ts';
import { controlBar, recordingLabel } from './control-bar.ts';
import { controlStyles } from './control-styles.ts';
import { ControlsFade } from './controls-fade.ts';
import { Fullscreen } from './fullscreen.ts';
import { PictureInPicture } from './picture-in-picture.ts';
import { Recording } from './recording.ts';
import { ScreenWakeLock } from './screen-wake-lock.ts';
import { badgeStyles } from './stats/perch-badge.ts';
import { PlayerStats, type StatsHost } from './stats/player-stats.ts';
import { watchTaps } from './taps.ts';
import { Zooming } from './zooming.ts';

/** What the controls need of the player. */
export interface ControlsHost extends StatsHost {
  readonly paused: boolean;
  snapshot(): Promise<Blob>;
}

export interface ControlsComponents {
  readonly session: SessionLog;
  /** Of the connection whose picture is shown. */
  readonly counters: () => Promise<StreamCounters | undefined>;
  /** The name of what is watched. */
  readonly camera: () => string;
  /** Does what a button asks for. */
  readonly run: (command: Command) => void;
}

/**
 * What a person does with the picture, and what keeps the screen on meanwhile: all of the player that the first picture
 * does not need, and that is loaded after it. Made once the player is drawn; lives as long as it.
 */
export class PlayerControls {
  static readonly styles: readonly CSSResult[] = [controlStyles, badgeStyles];

  readonly recording: Recording;
  readonly zooming: Zooming;
  readonly stats: PlayerStats;
  readonly #host: ControlsHost;
  readonly #components: ControlsComponents;
  readonly #fade: ControlsFade;
  readonly #fullscreen: Fullscreen;
  readonly #pictureInPicture: PictureInPicture;

  constructor(host: ControlsHost, components: ControlsComponents) {
    this.#host = host;
    this.#components = components;
    this.#fullscreen = new Fullscreen(host);
    this.#pictureInPicture = new PictureInPicture(host);
    this.zooming = new Zooming(host);
    this.recording = new Recording(host, components.camera);
    this.stats = new PlayerStats(host, components);
    this.#fade = new ControlsFade(host, () => host.statsOpen);
    new ScreenWakeLock(host);
    const frame = host.renderRoot.querySelector<HTMLElement>('#frame');
    const video = host.videoElement;
    if (frame === null || video === null) throw new TypeError(`${host.localName} is not drawn yet`);
    this.zooming.attach(frame, video);
    watchTaps(video, {
      onTap: (pointerType) => this.#fade.handleTap(pointerType),
      onDoubleTap: () => host.controls && this.#fullscreen.toggle(),
    });
  }

  /** Whether they are seen now: they fade while the picture is live. */
  get areShown(): boolean {
    return this.#fade.areShown;
  }

  show(): void {
    this.#fade.show();
  }

  homeLink(href: string, text: Text): TemplateResult {
    const label = text.player.allCameras;
    return html`<div class="corner chrome"><a class="control" part="home" href=${href} aria-label=${label}
      title=${label}>${icons.home}</a></div>`;
  }

  bar(text: Text): readonly (TemplateResult | symbol)[] {
    const view = {
      text,
      isPaused: this.#host.paused,
      hasPicture: pictureOf(this.#host.renderRoot.querySelector('#frame')) !== undefined,
      isStatsOpen: this.#host.statsOpen,
      recording: this.recording.progress,
      canRecord: this.recording.isSupported,
      pictureInPicture: this.#pictureInPicture,
      fullscreen: this.#fullscreen,
      scale: this.zooming.scale,
    };
    return [recordingLabel(view), controlBar(view, this.#components.run)];
  }

  /** False where there was nothing to do: the key is the page's then. */
  run(command: Exclude<Command, 'play'>): boolean {
    const host = this.#host;
    switch (command) {
      case 'snapshot':
        void this.#saveSnapshot();
        return true;
      case 'record':
        if (this.recording.progress !== undefined) void this.recording.stop();
        else void this.recording.start();
        return true;
      case 'picture-in-picture':
        this.#pictureInPicture.toggle();
        return true;
      case 'fullscreen':
        this.#fullscreen.toggle();
        return true;
      case 'stats':
        host.statsOpen = !host.statsOpen;
        return true;
      case 'close':
        if (!host.statsOpen) return false;
        host.statsOpen = false;
        return true;
      default:
        return this.zooming.handleCommand(command);
    }
  }

  async #saveSnapshot(): Promise<void> {
    const at = new Date();
    const blob = await this.#host.snapshot().catch(() => undefined);
    if (blob !== undefined)
      saveFile(new File([blob], fileName(this.#components.camera(), at, 'png'), { type: blob.type }));
  }
}
