import { html, nothing, type TemplateResult } from 'lit';
import type { Text } from '../../text/text.ts';
import { type Command, KEY_OF } from '../commands.ts';
import { icons } from '../icons.ts';

/** What the bar shows. */
export interface ControlBarView {
  readonly text: Text;
  readonly isPaused: boolean;
  readonly hasPicture: boolean;
  readonly isStatsOpen: boolean;
  readonly recording: { readonly lengthMs: number; readonly sizeBytes: number } | undefined;
  readonly canRecord: boolean;
  readonly pictureInPicture: { readonly isSupported: boolean; readonly isActive: boolean };
  readonly fullscreen: { readonly isSupported: boolean; readonly isActive: boolean };
  /** 1 is the whole picture. */
  readonly scale: number;
}

interface Button {
  readonly command: Command;
  readonly label: string;
  readonly icon: TemplateResult | string;
  readonly id?: string;
  /** For what is on or off, and has the same name in both. */
  readonly isPressed?: boolean;
  readonly isDisabled?: boolean;
}

/** The buttons below the picture. Each says its name to a screen reader, and its key to a mouse that rests on it. */
export function controlBar(view: ControlBarView, run: (command: Command) => void): TemplateResult {
  const { text, isPaused, hasPicture, recording, pictureInPicture, fullscreen } = view;
  const words = text.player;
  const button = ({ command, label, icon, id, isPressed, isDisabled = false }: Button) => html`
    <button class="control" type="button" id=${id ?? nothing} part="control ${command}-control" aria-label=${label}
      title="${label} (${KEY_OF[command]})" aria-pressed=${isPressed ?? nothing} ?disabled=${isDisabled}
      @click=${() => run(command)}>${icon}</button>`;
  const picture = { isDisabled: !hasPicture };
  return html`
    <div class="bar chrome" part="controls" role="group" aria-label=${words.controls}>
      ${button({ command: 'play', label: isPaused ? words.play : words.pause, icon: isPaused ? icons.play : icons.pause })}
      <span class="gap"></span>
      ${view.scale > 1 ? button({ command: 'zoom-reset', label: `${percent(view.scale, text)}, ${words.wholePicture}`, icon: percent(view.scale, text) }) : nothing}
      ${button({ command: 'snapshot', label: words.snapshot, icon: icons.snapshot, ...picture })}
      ${
        view.canRecord
          ? button({
              command: 'record',
              label: words.record,
              icon: recording ? icons.stop : icons.record,
              isPressed: recording !== undefined,
              isDisabled: !hasPicture && recording === undefined,
            })
          : nothing
      }
      ${
        pictureInPicture.isSupported
          ? button({
              command: 'picture-in-picture',
              label: words.pictureInPicture,
              icon: icons.pictureInPicture,
              isPressed: pictureInPicture.isActive,
              ...picture,
            })
          : nothing
      }
      ${button({ command: 'stats', label: words.stats, icon: icons.stats, isPressed: view.isStatsOpen })}
      ${
        fullscreen.isSupported
          ? button({
              command: 'fullscreen',
              id: 'fullscreenBtn',
              label: fullscreen.isActive ? words.leaveFullscreen : words.fullscreen,
              icon: fullscreen.isActive ? icons.leaveFullscreen : icons.fullscreen,
            })
          : nothing
      }
    </div>`;
}

/** How long and how large the file is by now. Not read aloud as it grows: `timer` is silent. */
export function recordingLabel({ text, recording }: ControlBarView): TemplateResult | typeof nothing {
  if (recording === undefined) return nothing;
  const { lengthMs, sizeBytes } = recording;
  return html`<p class="recording" part="recording" role="timer" aria-label=${text.player.recording}
    >${duration(lengthMs)} · ${megabytes(sizeBytes, text)}</p>`;
}

/** `1:05`, `1:00:05`. */
function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

function megabytes(bytes: number, { code }: Text): string {
  const format = {
    style: 'unit',
    unit: 'megabyte',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  } as const;
  return new Intl.NumberFormat(code, format).format(bytes / 1_000_000);
}

function percent(scale: number, { code }: Text): string {
  return new Intl.NumberFormat(code, { style: 'percent' }).format(scale);
}
