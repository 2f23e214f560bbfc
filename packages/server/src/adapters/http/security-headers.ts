/**
 * What browsers are told that they must not do with an answer. The page loads nothing from elsewhere, and connects to
 * where it came from alone. Its address is a key to a stream and does not travel to other sites. Only pages that may use
 * the server may have it in a frame.
 */
import type { Context } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { ClientAddresses } from './client-address.ts';
import type { HttpEnvironment } from './http-environment.ts';
import type { Origins } from './origins.ts';
import type { Site } from './site.ts';

export function securityHeaders(
  origins: Origins,
  clientAddresses: ClientAddresses,
  { inlineScripts }: Pick<Site, 'inlineScripts'>,
) {
  /** `'self'` has no WebSockets in it for Safari before 15.4, so they are named. */
  const webSockets = ({ env }: Context<HttpEnvironment>): string => {
    const host = validHost(clientAddresses.hostOf(env.incoming));
    return host === undefined ? '' : `ws://${host} wss://${host}`;
  };
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      connectSrc: ["'self'", webSockets],
      // Stills come with a token, by fetch, and recordings are made in the page: both are blobs.
      imgSrc: ["'self'", 'data:', 'blob:'],
      mediaSrc: ["'self'", 'blob:'],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'", ...inlineScripts],
      workerSrc: ["'self'"],
      manifestSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'self'", ...origins.list],
    },
    referrerPolicy: 'no-referrer',
    // The player may be used in pages elsewhere, and the page stand in a frame of those that frame-ancestors names.
    crossOriginResourcePolicy: false,
    xFrameOptions: false,
    // Whether the address has HTTPS at all is the proxy's to know.
    strictTransportSecurity: false,
    permissionsPolicy: {
      // For the QR code of a link.
      camera: ['self'],
      microphone: [],
      geolocation: [],
      autoplay: ['self'],
      fullscreen: ['self'],
      pictureInPicture: ['self'],
      screenWakeLock: ['self'],
    },
  });
}

/** As it may stand in a header. */
function validHost(host: string | undefined): string | undefined {
  try {
    return host === undefined ? undefined : new URL(`http://${host}`).host;
  } catch {
    return undefined;
  }
}
