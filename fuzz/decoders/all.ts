import type { Decoder } from '../decoder.ts';
import { REGRESSIONS } from '../regressions.ts';
import { CLI_DECODERS } from './cli.ts';
import { PROTOCOL_DECODERS } from './protocol.ts';
import { RTP_DECODERS } from './rtp.ts';
import { SERVER_DECODERS } from './server.ts';
import { STREAMER_DECODERS } from './streamer.ts';

/** Every decoder of what comes from outside. */
export const DECODERS: readonly Decoder[] = [
  ...CLI_DECODERS,
  ...PROTOCOL_DECODERS,
  ...RTP_DECODERS,
  ...SERVER_DECODERS,
  ...STREAMER_DECODERS,
].map((decoder) => ({ ...decoder, samples: [...decoder.samples, ...(REGRESSIONS[decoder.name] ?? [])] }));
