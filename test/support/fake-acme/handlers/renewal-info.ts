import { type FakeRequest, type FakeResponse, json } from '../messages.ts';
import { refuse } from '../problem.ts';
import type { FakeAcmeState, FakeCertificate, RenewalWindow } from '../state.ts';
import { findByRenewalId } from './replacement.ts';

const hour = 3_600_000;
const shortLived = 10 * 24 * hour;

/** renewalInfo (RFC 9773 section 4); an unauthenticated GET. */
export function renewalInfo(state: FakeAcmeState, request: FakeRequest): FakeResponse {
  if (request.method !== 'GET') throw refuse('malformed', 405, `${request.method} is not allowed`);
  const window = findWindow(state, request.id);
  const suggestedWindow = { start: window.start.toISOString(), end: window.end.toISOString() };
  const body = { suggestedWindow, explanationURL: window.explanationUrl };
  return json(200, body, { 'Retry-After': window.retryAfter ?? '21600' });
}

function findWindow(state: FakeAcmeState, renewalId: string): RenewalWindow {
  const set = state.windows.get(renewalId) ?? state.windows.get('*');
  if (set !== undefined) return set;
  const certificate = findByRenewalId(state, renewalId);
  if (certificate === undefined) throw refuse('malformed', 404, `no such certificate: ${renewalId}`);
  return certificate.revocationReason === undefined ? usualWindow(certificate) : revokedWindow();
}

/** As Let's Encrypt: at 2/3 of the life (1/2 when it is under 10 days), give or take 1 % of it. */
function usualWindow({ notBefore, notAfter }: FakeCertificate): RenewalWindow {
  const life = notAfter.getTime() - notBefore.getTime();
  const middle = notBefore.getTime() + life * (life < shortLived ? 1 / 2 : 2 / 3);
  return { start: new Date(middle - life / 100), end: new Date(middle + life / 100) };
}

function revokedWindow(): RenewalWindow {
  const explanationUrl = 'https://ca.example/incidents/revoked';
  return { start: new Date(Date.now() - 2 * hour), end: new Date(Date.now() - hour), explanationUrl };
}
