import { loadDerWriter } from './der-writer.ts';
import { parseCertificate } from './x509.ts';

const oid = { signedData: '1.2.840.113549.1.7.2', data: '1.2.840.113549.1.7.1' };
const version = 1;

/**
 * A "certs-only" message: PKCS#7 SignedData without signers (RFC 2315 section 9, RFC 5652 section 5.1), DER.
 * @param pems certificates in the order they are to have
 * @throws WacsError CertificateRejected when a certificate cannot be read
 */
export async function createP7b(pems: readonly string[]): Promise<Uint8Array> {
  const der = await loadDerWriter();
  const certificates = pems.map((pem) => der.parse(parseCertificate(pem).raw));
  const signedData = der.sequence(
    der.integer(version),
    der.set(),
    der.sequence(der.oid(oid.data)),
    der.tagged(0, ...certificates),
    der.set(),
  );
  return der.encode(der.sequence(der.oid(oid.signedData), der.tagged(0, signedData)));
}
