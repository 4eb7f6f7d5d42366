import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DemoError } from './demo-step.ts';

/** The files in a folder, a line each. */
export function describeFiles(folder: string): string {
  const names = readdirSync(folder).sort();
  return names.map((name) => `${name.padEnd(36)} ${statSync(join(folder, name)).size} bytes`).join('\n');
}

/** The certificate in a PEM file. @throws DemoError when it is not for exactly these names. */
export function readIssued(file: string, hosts: readonly string[]): X509Certificate {
  const certificate = new X509Certificate(readFileSync(file));
  const names = certificate.subjectAltName?.split(', ').sort() ?? [];
  const wanted = hosts.map((host) => `DNS:${host}`).sort();
  if (names.join() === wanted.join()) return certificate;
  throw new DemoError(`${file} is for ${names.join(', ')} instead of ${wanted.join(', ')}`);
}

/** What people want to know about a certificate. */
export function describeCertificate({ subjectAltName, issuer, validTo, serialNumber }: X509Certificate): string {
  return `names   ${subjectAltName}\nissuer  ${issuer}\nuntil   ${validTo}\nserial  ${serialNumber}`;
}
