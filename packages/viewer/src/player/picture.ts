/** What is seen: the video, or the last frame of one that ended. */
export interface Picture {
  readonly image: HTMLVideoElement | HTMLCanvasElement;
  /** In pixels of the camera. */
  readonly width: number;
  readonly height: number;
}

/** Reads it off the frame that `Screen` keeps; undefined where nothing is seen. */
export function pictureOf(frame: Element | null): Picture | undefined {
  switch (frame?.getAttribute('data-picture')) {
    case 'video': {
      const video = frame.querySelector('video');
      if (video === null || video.videoWidth === 0) return undefined;
      return { image: video, width: video.videoWidth, height: video.videoHeight };
    }
    case 'still': {
      const still = frame.querySelector<HTMLCanvasElement>('.still');
      if (still === null || still.width === 0) return undefined;
      return { image: still, width: still.width, height: still.height };
    }
    default:
      return undefined;
  }
}

/** A PNG of it at its full size, whatever size it is shown in. */
export function toPng({ image, width, height }: Picture): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d', { alpha: false })?.drawImage(image, 0, 0, width, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new DOMException('The picture could not be coded.', 'EncodingError'));
      else resolve(blob);
    }, 'image/png');
  });
}
