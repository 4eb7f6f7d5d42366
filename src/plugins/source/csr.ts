import { resolve } from 'node:path';
import type { CertificateTools } from '../../core/certificate.ts';
import { restate, toWacsError, WacsError } from '../../core/errors.ts';
import { displayName, parseIdentifier, uniqueIdentifiers } from '../../core/identifier.ts';
import type { PluginServices, SourceDescriptor, Target } from '../../core/plugin.ts';
import type { FileStore } from '../../core/ports.ts';
import { optionalText, requiredText } from '../../core/stored-options.ts';

const contradicts = ['csr', 'reuse-privatekey', 'ocsp-must-staple'];

/** Source `csr`: a certificate request made elsewhere gives the names and is sent as it is; read anew by every run. */
export const csrSource: SourceDescriptor = {
  name: 'csr',
  description: 'a certificate request (PKCS#10) made elsewhere, which is sent to the CA as it is',
  bringsRequest: true,
  options: [
    {
      name: 'csrfile',
      type: 'text',
      group: 'source',
      valueName: 'FILE',
      description: 'The certificate request, PEM or DER; another one in its place makes the renewal due',
      excludes: contradicts,
    },
    {
      name: 'pkfile',
      type: 'text',
      group: 'source',
      valueName: 'FILE',
      description: 'Its private key, PEM without a password; without it only the certificate is stored',
    },
  ],
  fromArguments(values) {
    const csrFile = values.text('csrfile');
    if (csrFile === undefined)
      throw new WacsError('UsageError', '--source csr needs --csrfile', { hint: 'Give --csrfile FILE.' });
    const pkFile = values.text('pkfile');
    // The scheduled task runs in another folder.
    return { plugin: 'csr', csrFile: resolve(csrFile), ...(pkFile === undefined ? {} : { pkFile: resolve(pkFile) }) };
  },
  create(options, services) {
    const csrFile = requiredText(options, 'csrFile');
    const pkFile = optionalText(options, 'pkFile');
    return { readTarget: () => readTarget(csrFile, pkFile, services) };
  },
};

async function readTarget(
  csrFile: string,
  pkFile: string | undefined,
  { files, certificates }: PluginServices,
): Promise<Target> {
  const { der, digest, publicKeyPem, ...names } = await readRequest(csrFile, files, certificates);
  const identifiers = about(csrFile, () => namesOf(names));
  const [commonName] = identifiers;
  if (commonName === undefined) throw new WacsError('SourceError', `cannot use ${csrFile}: it asks for no names`);
  const privateKeyPem = pkFile === undefined ? undefined : await readKey(pkFile, files, certificates);
  if (privateKeyPem !== undefined && certificates.publicKeyOf(privateKeyPem) !== publicKeyPem) {
    throw new WacsError('SourceError', `the private key in ${pkFile} does not belong to the request in ${csrFile}`, {
      hint: 'Give the key that the request was made with.',
    });
  }
  return {
    commonName,
    identifiers,
    friendlyName: `[CSR] ${displayName(commonName)}`,
    request: { der, digest, publicKeyPem, ...(privateKeyPem === undefined ? {} : { privateKeyPem }) },
  };
}

async function readRequest(path: string, files: FileStore, certificates: CertificateTools) {
  const content = await files.readBytes(path);
  if (content === undefined) throw absent(path, '--csrfile');
  return about(path, () => certificates.readCertificateRequest(content));
}

async function readKey(path: string, files: FileStore, certificates: CertificateTools): Promise<string> {
  const text = await files.readText(path);
  if (text === undefined) throw absent(path, '--pkfile');
  return about(path, () => certificates.importPrivateKey(text));
}

/** The CA wants exactly these names in the order (RFC 8555 section 7.4), the common name among them. */
function namesOf({ commonName, identifiers, otherNames }: NamesOfRequest): Target['identifiers'] {
  const [other] = otherNames;
  if (other !== undefined) {
    throw new WacsError('SourceError', `it asks for a name of the kind ${other}`, {
      hint: 'Make a request for DNS names and IP addresses only: ACME knows no others.',
    });
  }
  const first = commonName === undefined ? [] : [parseIdentifier(commonName)];
  return uniqueIdentifiers([...first, ...identifiers.map(({ value }) => parseIdentifier(value))]);
}

type NamesOfRequest = Pick<
  ReturnType<CertificateTools['readCertificateRequest']>,
  'commonName' | 'identifiers' | 'otherNames'
>;

/** Puts the file in front of what is wrong with it. */
function about<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const failure = toWacsError(error, 'SourceError');
    throw restate(failure, `cannot use ${path}: ${failure.message}`, 'SourceError');
  }
}

function absent(path: string, option: string): WacsError {
  return new WacsError('SourceError', `the file ${path} does not exist`, {
    hint: `Put it back, or create the renewal again with the same --id and another ${option}.`,
  });
}
