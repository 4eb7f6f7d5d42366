import { createPublicKey, type KeyObject } from 'node:crypto';
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509';
import { identifierKey } from './identifiers.ts';
import { type FakeIdentifier, refuse } from './problem.ts';

/** What a certificate request asks for. */
export interface RequestedCertificate {
  readonly identifiers: readonly FakeIdentifier[];
  readonly key: KeyObject;
}

/** Reads and verifies a PKCS#10 request (RFC 8555 section 7.4). @throws Refusal badCSR. */
export async function readCsr(der: Buffer): Promise<RequestedCertificate> {
  const csr = decode(der);
  if (!(await csr.verify())) throw refuse('badCSR', 400, 'the signature of the CSR does not verify');
  const key = createPublicKey({ key: Buffer.from(csr.publicKey.rawData), format: 'der', type: 'spki' });
  return { identifiers: readIdentifiers(csr), key };
}

function decode(der: Buffer): Pkcs10CertificateRequest {
  try {
    return new Pkcs10CertificateRequest(der);
  } catch {
    throw refuse('badCSR', 400, 'the CSR cannot be decoded');
  }
}

/** Alternative names and common name, each once. */
function readIdentifiers(csr: Pkcs10CertificateRequest): FakeIdentifier[] {
  const extension = csr.extensions.find((candidate) => candidate instanceof SubjectAlternativeNameExtension);
  const names: FakeIdentifier[] = (extension?.names.items ?? []).map(({ type, value }) => ({ type, value }));
  const values = new Set(names.map(({ value }) => value));
  const commonNames = csr.subjectName.getField('CN').filter((value) => !values.has(value));
  const all = [...names, ...commonNames.map((value) => ({ type: 'dns', value }))];
  return [...new Map(all.map((identifier) => [identifierKey(identifier), identifier])).values()];
}
