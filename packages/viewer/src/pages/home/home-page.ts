/**
 * `/`: the cameras that this browser keeps and that an open server lists; below them, or alone, the guide's form. With
 * `?stream=` it plays at once, and asks for nothing else before.
 */
import '../../player/define.ts';
import { CameraStore } from '../../adapters/camera-store.ts';
import { giveHeadStart } from '../../adapters/head-start.ts';
import { signalingUrl } from '../../adapters/signaling-url.ts';
import { StoredList } from '../../adapters/stored-list.ts';
import { readAddress, readLink } from '../../domain/cameras/destination.ts';
import { rememberServer, storedServers } from '../../domain/cameras/server-list.ts';
import { linkTo } from '../../domain/source.ts';
import { streamOfLink } from '../../domain/stream-link.ts';
import type { PerchPlayer } from '../../player/perch-player.ts';
import { homeTextFor } from '../../text/home-text.ts';
import { installApp } from '../install-app.ts';
import { takePageToken } from '../page-token.ts';
import { rememberWhenLive } from '../remember-when-live.ts';
import type { PerchCameras } from './perch-cameras.ts';
import { PerchServers } from './perch-servers.ts';

const text = homeTextFor(navigator.languages);
document.documentElement.lang = text.code;
const find = <T extends Element>(selector: string) => document.querySelector(selector) as T;
const player = find<PerchPlayer>('perch-player');
const streamId = find<HTMLInputElement>('#streamId');
const connectButton = find<HTMLButtonElement>('#connectBtn');
const disconnectButton = find<HTMLButtonElement>('#disconnectBtn');
const address = find<HTMLInputElement>('#serverAddress');
const store = new CameraStore();
const servers = new StoredList(storedServers);
let cameras: PerchCameras | undefined;

find('label[for="streamId"]').textContent = text.home.stream;
connectButton.textContent = text.home.connect;
disconnectButton.textContent = text.home.disconnect;
find('label[for="serverAddress"]').textContent = text.home.address;
address.placeholder = text.home.addressHint;
find('#goBtn').textContent = text.home.go;
find('#addBtn').textContent = text.cameras.add;

find<HTMLFormElement>('#controls').addEventListener('submit', (event) => {
  event.preventDefault();
  if (streamId.value.trim() === '') streamId.focus();
  watch(streamId.value);
});
// Who comes near the form is about to connect: the server is called meanwhile.
for (const type of ['pointerover', 'focusin']) {
  find('#controls').addEventListener(type, () => {
    if (player.paused) giveHeadStart(signalingUrl(location.origin));
  });
}
disconnectButton.addEventListener('click', () => {
  player.pause();
  void showCameras();
});
player.addEventListener('statuschange', () => showButtons());
rememberWhenLive(player);

find<HTMLFormElement>('#elsewhere').addEventListener('submit', (event) => {
  event.preventDefault();
  const destination = readAddress(address.value);
  address.setCustomValidity(destination === undefined ? text.home.badAddress : '');
  if (destination === undefined) {
    address.reportValidity();
    return;
  }
  const link = destination.kind === 'camera' ? linkTo(destination.source) : destination.address;
  const { origin } = new URL(link);
  if (origin !== location.origin) servers.update((list) => rememberServer(list, origin));
  location.assign(link);
});
address.addEventListener('input', () => address.setCustomValidity(''));
find('#elsewhere').after(new PerchServers(servers, address));

find('#addBtn').addEventListener('click', async () => {
  const { openAddCamera } = await import('./add-camera.ts');
  openAddCamera(store);
});

watchLinked();
// Another link to this page, pasted over the one that is open, loads nothing anew.
addEventListener('hashchange', watchLinked);
void installApp(find('#app'));

function watchLinked(): void {
  const linked = streamOfLink(location.pathname, location.search);
  if (linked === undefined) {
    if (player.paused) void showCameras();
    return;
  }
  streamId.value = linked;
  watch(linked);
}

function watch(typed: string): void {
  const linked = readLink(typed);
  if (linked !== undefined && linked.server !== location.origin) {
    location.assign(linkTo(linked));
    return;
  }
  const token = takePageToken();
  player.src = linkTo(linked ?? { server: location.origin, streamId: typed.trim(), token });
  cameras?.remove();
  document.body.dataset['mode'] = 'player';
  // A player that plays already goes over to a new source by itself, once it has seen it.
  void player.updateComplete.then(() => {
    if (player.paused) player.play();
  });
}

/** Loads the cameras' part of the page, and shows it where there are cameras. */
async function showCameras(): Promise<void> {
  showMode(store.read().length);
  const token = takePageToken();
  const { PerchCameras } = await import('./perch-cameras.ts');
  cameras ??= new PerchCameras(store);
  cameras.oncount = showMode;
  // Meanwhile the person may have connected.
  if (player.paused) find('main').append(cameras);
  if (token !== undefined) await cameras.keepStreamsOf(token);
}

function showMode(count: number): void {
  document.body.dataset['mode'] = count > 0 ? 'cameras' : 'form';
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
