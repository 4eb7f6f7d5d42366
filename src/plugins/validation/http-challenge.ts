import { WacsError } from '../../core/errors.ts';
import type { ChallengeTask } from '../../core/plugin.ts';

/** Characters of a token (RFC 8555 section 8.1); anything else must not become part of a path. */
const tokenPattern = /^[A-Za-z0-9_-]+$/;

/** Path on the web site where a CA looks for http-01 (RFC 8555 section 8.3). @throws WacsError ValidationSetupError. */
export function challengePath(token: string): string {
  requireSafeToken(token);
  return `/.well-known/acme-challenge/${token}`;
}

/** Address where a CA looks first (RFC 8555 section 8.3, RFC 8738 section 4). @throws WacsError ValidationSetupError. */
export function challengeUrl({ identifier, token }: Pick<ChallengeTask, 'identifier' | 'token'>): string {
  const { type, value } = identifier;
  const host = type === 'ip' && value.includes(':') ? `[${value}]` : value;
  return `http://${host}${challengePath(token)}`;
}

/** @throws WacsError ValidationSetupError for a token that could lead elsewhere as a part of a path. */
export function requireSafeToken(token: string): void {
  if (tokenPattern.test(token)) return;
  throw new WacsError('ValidationSetupError', 'the CA sent a challenge token with characters that are not allowed');
}
