/** The Pi side: camera, encoder, one packetizer, many viewers. */

export { type Device, type DeviceList, listDevices } from './adapters/device-list.ts';
export type { CameraSettings, EncoderName } from './adapters/source-options.ts';
export { type RelayTrial, tryRelay } from './adapters/try-relay.ts';
export { StreamerError, type StreamerErrorReason } from './domain/streamer-error.ts';
export type { ViewerReport } from './domain/viewers.ts';
export { type RunningStreamer, type StreamerOptions, startStreamer } from './streamer.ts';
