/** Collects what a source gives and lets a test wait for it. */
import type { CodedPicture, LayerName } from '../../src/domain/video-source.ts';

export class PictureCollector {
  readonly pictures: CodedPicture[] = [];
  readonly ends: string[] = [];
  #wake: () => void = () => {};

  readonly events = {
    isWanted: () => true,
    onPicture: (picture: CodedPicture) => {
      this.pictures.push(picture);
      this.#wake();
    },
    onEnded: (reason: string) => {
      this.ends.push(reason);
      this.#wake();
    },
  };

  of(layer: LayerName): CodedPicture[] {
    return this.pictures.filter((picture) => picture.layer === layer);
  }

  /** Resolves once `holds` does; asked after each event. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
