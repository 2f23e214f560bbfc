import { plainHttpTextFor } from '../../text/plain-http-text.ts';

/** That somebody has read it. */
const STORAGE_KEY = 'perch.plain-http-hint.1';

/** Says, until it is dismissed once, what browsers leave out for a page that came over plain http. */
export function showPlainHttpHint(place: HTMLElement): void {
  if (wasDismissed()) return;
  const text = plainHttpTextFor(navigator.languages);
  const hint = document.createElement('div');
  hint.className = 'hint';
  const sentence = document.createElement('p');
  sentence.textContent = text.hint;
  const button = document.createElement('button');
  button.className = 'quiet';
  button.type = 'button';
  button.textContent = text.dismiss;
  button.addEventListener('click', () => {
    hint.remove();
    rememberDismissed();
  });
  hint.append(sentence, button);
  place.append(hint);
}

function wasDismissed(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== null;
  } catch {
    return false;
  }
}

function rememberDismissed(): void {
  try {
    localStorage.setItem(STORAGE_KEY, 'yes');
  } catch {
    // Said again the next time.
  }
}
