/** The stand-in for rpicam-vid that a streamer runs. */
import type { PerchProcess } from './perch-process.ts';

/** The process that runs now: on a busy machine the streamer may have ended an earlier one that was silent for too long. */
export async function cameraProgram(streamer: PerchProcess): Promise<number> {
  const [, pid] = await streamer.says(/[\s\S]*\[(\d+)\] INFO Camera/);
  return Number(pid);
}
