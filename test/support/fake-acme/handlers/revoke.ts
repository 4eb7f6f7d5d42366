import { identifierKey } from '../identifiers.ts';
import { decodeBase64Url, type JsonObject } from '../json.ts';
import type { FakeRequest, FakeResponse } from '../messages.ts';
import { refuse } from '../problem.ts';
import { isSignedByKey, verifyByAccount, verifyByKey } from '../signed-request.ts';
import type { FakeAccount, FakeAcmeState, FakeCertificate } from '../state.ts';

const reasons = [0, 1, 3, 4, 5];

/** revokeCert by account key or certificate key (RFC 8555 section 7.6). */
export function revoke(state: FakeAcmeState, request: FakeRequest): FakeResponse {
  const byKey = isSignedByKey(request);
  const { certificate, payload } = byKey ? openByKey(state, request) : openByAccount(state, request);
  const isCompromised = byKey && state.settings.signedByKeyIsCompromised;
  const reason = isCompromised ? 1 : (payload.reason ?? 0);
  if (typeof reason !== 'number' || !reasons.includes(reason)) {
    throw refuse('badRevocationReason', 400, `the reason must be one of ${reasons.join(', ')}`);
  }
  if (certificate.revocationReason !== undefined) throw refuse('alreadyRevoked', 400, 'the certificate is revoked');
  certificate.revocationReason = reason;
  if (isCompromised) state.blockedKeys.add(certificate.publicKey.toString('hex'));
  return { status: 200, headers: {} };
}

function openByKey(state: FakeAcmeState, request: FakeRequest) {
  const { jwk, payload = {} } = verifyByKey(state, request);
  const certificate = findCertificate(state, payload);
  if (!certificate.publicKey.equals(jwk.key.export({ type: 'spki', format: 'der' }))) {
    throw refuse('unauthorized', 403, 'the key is not the one of the certificate');
  }
  return { certificate, payload };
}

function openByAccount(state: FakeAcmeState, request: FakeRequest) {
  const { account, payload = {} } = verifyByAccount(state, request);
  const certificate = findCertificate(state, payload);
  if (certificate.accountId !== account.id && !controlsAll(state, account, certificate)) {
    throw refuse('unauthorized', 403, 'the account neither ordered the certificate nor controls its names');
  }
  return { certificate, payload };
}

function findCertificate(state: FakeAcmeState, payload: JsonObject): FakeCertificate {
  const der = decodeBase64Url(payload.certificate, 'certificate');
  const found = [...state.certificates.values()].find((certificate) => certificate.der.equals(der));
  if (found === undefined) throw refuse('malformed', 404, 'the certificate is not from this CA');
  return found;
}

function controlsAll(state: FakeAcmeState, account: FakeAccount, certificate: FakeCertificate): boolean {
  const own = [...state.authorizations.values()].filter(
    (authorization) => authorization.accountId === account.id && authorization.status === 'valid',
  );
  const names = new Set(
    own.map(({ identifier: { type, value }, wildcard }) =>
      identifierKey({ type, value: wildcard ? `*.${value}` : value }),
    ),
  );
  return certificate.identifiers.every((identifier) => names.has(identifierKey(identifier)));
}
