/** The settings of a stream's camera and its encoder: where the picture comes from, and how it is turned and coded. */
import {
  readCameraWord,
  readEncoder,
  readOnOff,
  readRotation,
  readSource,
  readWords,
} from './read-camera.ts';
import { hideUrlSecrets, readBitrate, readFramesPerSecond, readSide } from './read-value.ts';
import type { Setting, SettingTable } from './setting.ts';

export const cameraSettings = {
  width: setting({
    flag: '--width',
    placeholder: 'pixels',
    env: 'CAMERA_WIDTH',
    summary: 'width of the picture, even',
    fallback: '1280',
    read: readSide,
  }),
  height: setting({
    flag: '--height',
    placeholder: 'pixels',
    env: 'CAMERA_HEIGHT',
    summary: 'height of the picture, even',
    fallback: '720',
    read: readSide,
  }),
  fps: setting({
    flag: '--fps',
    placeholder: 'number',
    env: 'CAMERA_FPS',
    summary: 'pictures per second',
    fallback: '30',
    read: readFramesPerSecond,
  }),
  bitrate: setting({
    flag: '--bitrate',
    placeholder: 'bits',
    env: 'CAMERA_BITRATE',
    summary: 'bits per second at most: 2M, 1500k or 2000000',
    fallback: '2M',
    read: readBitrate,
  }),
  source: setting({
    flag: '--source',
    placeholder: 'kind',
    env: 'CAMERA_SOURCE',
    summary: 'where the picture comes from, see below',
    fallback: 'auto',
    read: readSource,
    show: hideUrlSecrets,
  }),
  encoder: setting({
    flag: '--encoder',
    placeholder: 'name',
    env: 'CAMERA_ENCODER',
    summary: 'who encodes, see below',
    fallback: 'auto',
    read: readEncoder,
  }),
  rotation: setting({
    flag: '--rotation',
    placeholder: 'degrees',
    env: 'CAMERA_ROTATION',
    summary: 'turn the picture: 0 or 180',
    fallback: '0',
    read: readRotation,
  }),
  hflip: setting({
    flag: '--hflip',
    env: 'CAMERA_HFLIP',
    summary: 'mirror the picture left to right',
    fallback: 'false',
    read: readOnOff,
  }),
  vflip: setting({
    flag: '--vflip',
    env: 'CAMERA_VFLIP',
    summary: 'mirror the picture top to bottom',
    fallback: 'false',
    read: readOnOff,
  }),
  autofocusMode: setting({
    flag: '--autofocus-mode',
    placeholder: 'mode',
    env: 'CAMERA_AUTOFOCUS_MODE',
    summary: "as rpicam-vid has it: 'manual', 'auto' or 'continuous'",
    fallback: '',
    read: readCameraWord,
  }),
  exposure: setting({
    flag: '--exposure',
    placeholder: 'mode',
    env: 'CAMERA_EXPOSURE',
    summary: "as rpicam-vid has it: 'normal' or 'sport'",
    fallback: '',
    read: readCameraWord,
  }),
  awb: setting({
    flag: '--awb',
    placeholder: 'mode',
    env: 'CAMERA_AWB',
    summary: "white balance as rpicam-vid has it: 'auto', 'daylight', 'indoor' ...",
    fallback: '',
    read: readCameraWord,
  }),
  rpicamArgs: setting({
    flag: '--rpicam-args',
    placeholder: 'words',
    env: 'CAMERA_RPICAM_ARGS',
    summary: 'further arguments for rpicam-vid, in one pair of quotes',
    fallback: '',
    read: readWords,
  }),
} as const satisfies SettingTable;

/** Keeps a setting's type of value while the table is checked. */
function setting<T>(it: Setting<T>): Setting<T> {
  return it;
}
