/** Sizes that a peer of the wire protocol keeps to. SPEC.md, WIRE and FIELD rules. */

/** A message is one SDP plus its JSON escapes; the rest is headroom. Larger is an attack or a fault. */
export const MAX_MESSAGE_CHARS = 96 * 1024;

/** What a client sends that is no SDP: a token of 2,048 characters, or a candidate in JSON escapes, and headroom. */
export const MAX_SMALL_MESSAGE_CHARS = 8 * 1024;

/** A browser's offer is about 10 KB with every codec it knows. */
export const MAX_SDP_CHARS = 64 * 1024;

/** The longest candidates seen, TCP with related address and every extension, are near 300. */
export const MAX_CANDIDATE_CHARS = 1024;

/** People name cameras; a name longer than this is not a name. */
export const MAX_STREAM_ID_CHARS = 128;

/** Ids are made by the server: `viewer-` and 22 characters. Old servers count `viewer-1`, `viewer-2`. */
export const MAX_VIEWER_ID_CHARS = 128;

/** RFC 8841 allows any token; every stack in use sends `0`, `video` and the like. */
export const MAX_SDP_MID_CHARS = 64;

/** One sentence for a person. */
export const MAX_ERROR_MESSAGE_CHARS = 512;

/** STUN and TURN servers in one reply; Cloudflare sends about eight URLs. */
export const MAX_ICE_SERVERS = 16;

/** A signed right with a stream's name of 128 characters of any script, and a person's, is near 1,200. */
export const MAX_TOKEN_CHARS = 2048;

/** Pixels, in width and in height of a video: no H.264 level goes as far. */
export const MAX_PICTURE_SIDE = 16_384;

/** A still picture: a card on a phone shows no more, and it has to fit into a message. */
export const MAX_SNAPSHOT_BYTES = 48 * 1024;

/** Pixels, in width and in height. */
export const MAX_SNAPSHOT_SIDE = 640;
