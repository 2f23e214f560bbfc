/** `/`: for someone without a link, the guide's form. With `?stream=` it plays at once. */
import '../../player/define.ts';
import { linkTo } from '../../domain/source.ts';
import { streamOfLink } from '../../domain/stream-link.ts';
import type { PerchPlayer } from '../../player/perch-player.ts';
import { textFor } from '../../text/text.ts';
import { takePageToken } from '../page-token.ts';

const text = textFor(navigator.languages);
document.documentElement.lang = text.code;
const find = <T extends Element>(selector: string) => document.querySelector(selector) as T;
const player = find<PerchPlayer>('perch-player');
const form = find<HTMLFormElement>('#controls');
const streamId = find<HTMLInputElement>('#streamId');
const connectButton = find<HTMLButtonElement>('#connectBtn');
const disconnectButton = find<HTMLButtonElement>('#disconnectBtn');

find('label').textContent = text.home.stream;
connectButton.textContent = text.home.connect;
disconnectButton.textContent = text.home.disconnect;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (streamId.value.trim() === '') streamId.focus();
  watch(streamId.value);
});
disconnectButton.addEventListener('click', () => player.pause());
player.addEventListener('statuschange', () => showButtons());

watchLinked();
// Another link to this page, pasted over the one that is open, loads nothing anew.
addEventListener('hashchange', watchLinked);

function watchLinked(): void {
  const linked = streamOfLink(location.pathname, location.search);
  if (linked === undefined) return;
  streamId.value = linked;
  watch(linked);
}

function watch(stream: string): void {
  const token = takePageToken();
  player.src = linkTo({ server: location.origin, streamId: stream.trim(), token });
  player.play();
}

function showButtons(): void {
  const hadFocus = document.activeElement === connectButton || document.activeElement === disconnectButton;
  connectButton.disabled = !player.paused;
  connectButton.hidden = !player.paused;
  disconnectButton.disabled = player.paused;
  disconnectButton.hidden = player.paused;
  // The button under the finger or the focus is replaced by the other one, not lost.
  if (hadFocus) (player.paused ? connectButton : disconnectButton).focus();
}
