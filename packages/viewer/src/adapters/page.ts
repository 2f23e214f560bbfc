import { describeStatus, type Status } from '../domain/status.ts';

/** The page's elements. Throws when one is missing: then the script and the page are not of one build. */
export function findElements(root: Document) {
  const find = <T extends Element>(id: string, kind: new () => T): T => {
    const element = root.getElementById(id);
    if (element instanceof kind) return element;
    throw new TypeError(`the page has no ${kind.name} with the id ${id}`);
  };
  return {
    frame: find('frame', HTMLElement),
    video: find('video', HTMLVideoElement),
    still: find('still', HTMLCanvasElement),
    playButton: find('playBtn', HTMLButtonElement),
    fullscreenButton: find('fullscreenBtn', HTMLButtonElement),
    form: find('controls', HTMLFormElement),
    streamId: find('streamId', HTMLInputElement),
    connectButton: find('connectBtn', HTMLButtonElement),
    disconnectButton: find('disconnectBtn', HTMLButtonElement),
    status: find('status', HTMLElement),
  };
}

export type PageElements = ReturnType<typeof findElements>;

/** Puts a status on the page: its sentence, its data attributes for the style sheet and tests, and the buttons. */
export function renderStatus(elements: PageElements, status: Status): void {
  const { status: line, frame, connectButton, disconnectButton } = elements;
  const sentence = describeStatus(status);
  // Setting the same text again makes some screen readers speak again.
  if (line.textContent !== sentence) line.textContent = sentence;
  line.setAttribute('data-state', status.state);
  frame.setAttribute('data-state', status.state);
  if (status.state === 'connecting') line.setAttribute('data-step', status.step);
  else line.removeAttribute('data-step');

  const isWatching = status.state !== 'idle' && status.state !== 'ended';
  const hadFocus = [connectButton, disconnectButton].some((button) => button === document.activeElement);
  connectButton.disabled = isWatching;
  connectButton.hidden = isWatching;
  disconnectButton.disabled = !isWatching;
  disconnectButton.hidden = !isWatching;
  // The button under the finger or the focus is replaced by the other one, not lost.
  if (hadFocus) (isWatching ? disconnectButton : connectButton).focus();
}

/** Calls back for what the person does with the controls. Enter in the field counts as Connect. */
export function installControls(
  elements: PageElements,
  callbacks: { onConnect(streamId: string): void; onDisconnect(): void },
): void {
  const { form, streamId, disconnectButton } = elements;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (streamId.value.trim() === '') streamId.focus();
    callbacks.onConnect(streamId.value);
  });
  disconnectButton.addEventListener('click', () => callbacks.onDisconnect());
}
