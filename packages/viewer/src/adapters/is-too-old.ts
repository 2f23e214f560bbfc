/**
 * Whether this browser is older than Chrome 93, Firefox 92 or Safari 15.4. It would begin, and fail later without a word:
 * where nothing is begun, the page says so.
 */
export const isTooOld = (): boolean => !('hasOwn' in Object);
