import { WacsError } from '../../../core/errors.ts';
import { crypt32 } from '../crypt32.ts';
import { lastError, wideString, win32Error } from '../library.ts';
import { type Owned, owned } from '../owned.ts';
import type { KeyWish } from './import-key.ts';
import { machineKeys } from './key-container.ts';
import { blobOf, findCertificate, nativeCopy } from './system-store.ts';

const exportableKey = 0x1;
/** CRYPT_USER_KEYSET: the user's, whatever the file says. */
const userKeys = 0x1000;
/** PKCS12_ALWAYS_CNG_KSP. */
const alwaysCng = 0x200;
/** PKCS12_ALLOW_OVERWRITE_KEY: one of the same name, which only an earlier attempt can have left. */
const overwriteKey = 0x4000;

/**
 * Imports a PFX file, its key into CNG, and gives back the context of a certificate from it, which knows its key.
 * @param thumbprint of the certificate
 * @throws WacsError AccessDenied, StoreError
 */
export function importPfx(pfx: Uint8Array, password: string, wish: KeyWish & { readonly thumbprint: string }): Owned {
  const what = 'cannot import the certificate with its key into CNG';
  const data = nativeCopy(pfx);
  const secret = wideString(password);
  const keys = wish.owner === 'machine' ? machineKeys : userKeys;
  const flags = keys | alwaysCng | overwriteKey | (wish.exportable ? exportableKey : 0);
  const imported = crypt32().PFXImportCertStore(blobOf(data, pfx.length), secret, flags);
  const code = lastError();
  // Also keeps both referenced until here: the blob points to the data.
  data.fill(0);
  secret.fill(0);
  if (imported === 0n) throw refused(win32Error(what, 'PFXImportCertStore', code, 'StoreError'));
  using store = owned(imported, (handle) => crypt32().CertCloseStore(handle, 0));
  const certificate = findCertificate(store, wish.thumbprint);
  if (certificate !== undefined) return certificate;
  throw new WacsError('StoreError', `${what}: the imported file does not have it`);
}

function refused({ code, message }: WacsError): WacsError {
  return new WacsError(code, message, {
    hint: 'RSA keys (--csr rsa) go another way unless UseNextGenerationCryptoApi is set; --store pfxfile keeps a file instead.',
  });
}
