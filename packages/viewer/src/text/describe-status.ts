import type { EndReason, Status } from '../domain/status.ts';
import type { Text } from './en.ts';

/** One sentence for a person. It does not count attempts: a screen reader would read each of them aloud. */
export function describeStatus(status: Status, text: Text): string {
  const { status: words } = text;
  switch (status.state) {
    case 'idle':
      return words.idle;
    case 'connecting':
      return withNoRelay(words.connecting[status.step], status.noRelay, text);
    case 'waiting-for-camera':
      return words.waitingForCamera;
    case 'camera-restarting':
      return words.cameraRestarting;
    case 'live':
      return status.serverLost ? words.liveWithoutServer : words.live;
    case 'reconnecting':
      if (status.why === 'server') return words.serverLost;
      if (status.why === 'page') return words.pageRefused;
      return withNoRelay(words.mediaLost, status.noRelay, text);
    case 'ended':
    case 'refused':
      return describeEnd(status.why, status.detail, text);
    default:
      return status satisfies never;
  }
}

/** Which try this is, and when it comes; nothing in any other state. */
export function describeTry(status: Status, { status: words }: Text): string {
  if (status.state !== 'reconnecting') return '';
  return words.nextTry(status.attempt, Math.round(status.retryInMs / 1000));
}

function withNoRelay(sentence: string, why: string | undefined, text: Text): string {
  return why === undefined ? sentence : `${sentence} ${text.status.onlyDirect(why)}`;
}

function describeEnd(why: EndReason, detail: string | undefined, { ended }: Text): string {
  return why === 'refused' && detail ? ended.refusedBecause(detail) : ended[why];
}
