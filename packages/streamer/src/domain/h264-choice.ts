/**
 * Which of a viewer's H.264 payload types our video goes out under (RFC 6184, section 8). Pure. What we send is
 * constrained baseline, which decoders of the profiles here take, cut into fragments and aggregates
 * (packetization-mode 1).
 */
import { formatParameters, isEncodedAs, isRetransmission, type SdpSection } from './sdp-sections.ts';

export interface H264Choice {
  readonly payloadType: number;
  /** As the answer gives it: the profile that was offered, the level of what we send where levels may differ. */
  readonly profileLevelId: string;
  readonly levelAsymmetry: boolean;
}

/** The first byte, and which constraint bits tell the profile: RFC 6184, table 5. The sooner, the better. */
const PROFILES: readonly (readonly [idc: number, mask: number, bits: number])[] = [
  // Constrained baseline, under its three names.
  [0x42, 0x4f, 0x40],
  [0x4d, 0x8f, 0x80],
  [0x58, 0xcf, 0xc0],
  // Baseline, main, constrained high, high.
  [0x42, 0x4f, 0x00],
  [0x4d, 0xaf, 0x00],
  [0x64, 0xff, 0x0c],
  [0x64, 0xff, 0x00],
];

/** RFC 6184, section 8.1: baseline at level 1, where nothing is said. */
const UNSAID_PROFILE = '42000a';

/** `ours` is the profile-level-id of what we send. Undefined where the viewer takes nothing that we have. */
export function chooseH264(section: SdpSection, ours: string): H264Choice | undefined {
  const candidates = section.formats.flatMap((format) => {
    const payloadType = toPayloadType(format);
    if (payloadType === undefined) return [];
    const isH264 = isEncodedAs(section, format, 'h264/90000');
    const parameters = formatParameters(section, format);
    const profile = (parameters.get('profile-level-id') ?? UNSAID_PROFILE).toLowerCase();
    const rank = profileRank(profile);
    if (!isH264 || rank === -1 || parameters.get('packetization-mode') !== '1') return [];
    const levelAsymmetry = parameters.get('level-asymmetry-allowed') === '1';
    const profileLevelId = levelAsymmetry ? profile.slice(0, 4) + ours.slice(4) : profile;
    return [{ payloadType, profileLevelId, levelAsymmetry, rank }];
  });
  const best = Math.min(...candidates.map(({ rank }) => rank));
  const choice = candidates.find(({ rank }) => rank === best);
  if (choice === undefined) return undefined;
  const { rank: _, ...chosen } = choice;
  return chosen;
}

/** The payload type of the stream that resends `payloadType` (RFC 4588, section 8). */
export function retransmissionOf(section: SdpSection, payloadType: number): number | undefined {
  const found = section.formats.find((format) => isRetransmission(section, format, payloadType));
  return found === undefined ? undefined : toPayloadType(found);
}

/** RFC 5761, section 4: 64 to 95 are taken for RTCP where both share a port. */
function toPayloadType(format: string): number | undefined {
  if (!/^\d{1,3}$/u.test(format)) return undefined;
  const payloadType = Number(format);
  return payloadType > 127 || (payloadType >= 64 && payloadType <= 95) ? undefined : payloadType;
}

function profileRank(profileLevelId: string): number {
  if (!/^[0-9a-f]{6}$/u.test(profileLevelId)) return -1;
  const idc = Number.parseInt(profileLevelId.slice(0, 2), 16);
  const constraints = Number.parseInt(profileLevelId.slice(2, 4), 16);
  return PROFILES.findIndex(([ofIdc, mask, bits]) => ofIdc === idc && (constraints & mask) === bits);
}
