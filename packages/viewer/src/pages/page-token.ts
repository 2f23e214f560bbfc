import { tokenOfLink } from '../domain/link-token.ts';

/** Reads the token of the page's link, and moves it to where browsers keep it to themselves. */
export function takePageToken(): string | undefined {
  const { token, address } = tokenOfLink(location);
  if (address !== undefined) history.replaceState(history.state, '', address);
  return token;
}
