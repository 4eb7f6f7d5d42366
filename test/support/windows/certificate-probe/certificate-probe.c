/*
 * A second opinion on certificate stores, which shares nothing with the program under test:
 *
 *   certificate-probe list machine|user STORE          a line for each certificate, fields separated by |:
 *                                                       thumbprint, friendly name, container, provider, provider type,
 *                                                       machine or user, verified or the reason why not, exportable or not
 *   certificate-probe container machine|user NAME      "present" or "missing": a key container of the Schannel provider
 *   certificate-probe delete machine|user NAME         deletes such a key container
 *   certificate-probe access CONTAINER                 access list of a container of the machine, as SDDL
 *   certificate-probe add machine|user STORE FILE      adds a certificate in DER form, named "unrelated", without a key
 *   certificate-probe lock STORE                       lets only SYSTEM change a store of the machine from now on
 *
 * Text is UTF-8. Ends with 0, or with 1 and the failed function.
 */
#include <windows.h>
#include <wincrypt.h>
#include <sddl.h>
#include <stdio.h>

#define PROVIDER L"Microsoft RSA SChannel Cryptographic Provider"

static int fail(const char *what) {
  fprintf(stderr, "%s: 0x%08lx\n", what, GetLastError());
  return 1;
}

static void print_wide(const wchar_t *text) {
  char utf8[2048] = "";
  if (text != NULL) WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, sizeof utf8, NULL, NULL);
  printf("%s", utf8);
}

static HCERTSTORE open_store(const wchar_t *owner, const wchar_t *name, DWORD flags) {
  DWORD location = wcscmp(owner, L"machine") == 0 ? CERT_SYSTEM_STORE_LOCAL_MACHINE : CERT_SYSTEM_STORE_CURRENT_USER;
  return CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, location | flags, name);
}

static DWORD key_set(const wchar_t *owner) {
  return wcscmp(owner, L"machine") == 0 ? CRYPT_MACHINE_KEYSET : 0;
}

/* Signs with the key and verifies by the certificate. */
static const char *try_key(HCRYPTPROV provider, DWORD spec, const CERT_CONTEXT *certificate) {
  static const BYTE data[] = "something to sign";
  HCRYPTHASH hash;
  HCRYPTKEY key;
  BYTE signature[2048];
  DWORD size = sizeof signature;
  CERT_PUBLIC_KEY_INFO *info = &certificate->pCertInfo->SubjectPublicKeyInfo;
  if (!CryptImportPublicKeyInfo(provider, X509_ASN_ENCODING, info, &key)) return "no public key";
  if (!CryptCreateHash(provider, CALG_SHA1, 0, 0, &hash)) return "no hash";
  if (!CryptHashData(hash, data, sizeof data, 0)) return "no hash data";
  if (!CryptSignHashW(hash, spec, NULL, 0, signature, &size)) return "cannot sign";
  if (!CryptVerifySignatureW(hash, signature, size, key, NULL, 0)) return "wrong signature";
  CryptDestroyHash(hash);
  CryptDestroyKey(key);
  return "verified";
}

static const char *exportable(HCRYPTPROV provider, DWORD spec) {
  HCRYPTKEY key;
  DWORD size = 0;
  if (!CryptGetUserKey(provider, spec, &key)) return "no key";
  const char *result = CryptExportKey(key, 0, PRIVATEKEYBLOB, 0, NULL, &size) ? "exportable" : "not exportable";
  CryptDestroyKey(key);
  return result;
}

static void print_key(const CERT_CONTEXT *certificate) {
  BYTE buffer[4096];
  DWORD size = sizeof buffer;
  CRYPT_KEY_PROV_INFO *info = (CRYPT_KEY_PROV_INFO *)buffer;
  HCRYPTPROV provider;
  if (!CertGetCertificateContextProperty(certificate, CERT_KEY_PROV_INFO_PROP_ID, buffer, &size)) {
    printf("||||no key|");
    return;
  }
  print_wide(info->pwszContainerName);
  printf("|");
  print_wide(info->pwszProvName);
  printf("|%lu|%s|", info->dwProvType, info->dwFlags & CRYPT_MACHINE_KEYSET ? "machine" : "user");
  DWORD flags = (info->dwFlags & CRYPT_MACHINE_KEYSET) | CRYPT_SILENT;
  if (!CryptAcquireContextW(&provider, info->pwszContainerName, info->pwszProvName, info->dwProvType, flags)) {
    printf("no container 0x%08lx|", GetLastError());
    return;
  }
  printf("%s|%s", try_key(provider, info->dwKeySpec, certificate), exportable(provider, info->dwKeySpec));
  CryptReleaseContext(provider, 0);
}

static int list(const wchar_t *owner, const wchar_t *name) {
  const CERT_CONTEXT *certificate = NULL;
  HCERTSTORE store = open_store(owner, name, CERT_STORE_READONLY_FLAG | CERT_STORE_OPEN_EXISTING_FLAG);
  if (store == NULL) return fail("CertOpenStore");
  while ((certificate = CertEnumCertificatesInStore(store, certificate)) != NULL) {
    BYTE hash[20];
    DWORD size = sizeof hash;
    wchar_t friendly[512] = L"";
    DWORD bytes = sizeof friendly;
    CertGetCertificateContextProperty(certificate, CERT_SHA1_HASH_PROP_ID, hash, &size);
    CertGetCertificateContextProperty(certificate, CERT_FRIENDLY_NAME_PROP_ID, friendly, &bytes);
    for (DWORD i = 0; i < sizeof hash; i++) printf("%02X", hash[i]);
    printf("|");
    print_wide(friendly);
    printf("|");
    print_key(certificate);
    printf("\n");
  }
  CertCloseStore(store, 0);
  return 0;
}

static int container(const wchar_t *owner, const wchar_t *name) {
  HCRYPTPROV provider;
  BOOL present = CryptAcquireContextW(&provider, name, PROVIDER, PROV_RSA_SCHANNEL, key_set(owner) | CRYPT_SILENT);
  if (!present && GetLastError() != (DWORD)NTE_BAD_KEYSET) return fail("CryptAcquireContext");
  printf("%s", present ? "present" : "missing");
  if (present) CryptReleaseContext(provider, 0);
  return 0;
}

static int delete_container(const wchar_t *owner, const wchar_t *name) {
  HCRYPTPROV provider;
  DWORD flags = CRYPT_DELETEKEYSET | CRYPT_SILENT | key_set(owner);
  if (!CryptAcquireContextW(&provider, name, PROVIDER, PROV_RSA_SCHANNEL, flags)) return fail("CryptAcquireContext");
  return 0;
}

static int show_access(const wchar_t *container) {
  HCRYPTPROV provider;
  BYTE descriptor[4096];
  DWORD size = sizeof descriptor;
  wchar_t *text;
  if (!CryptAcquireContextW(&provider, container, PROVIDER, PROV_RSA_SCHANNEL, CRYPT_MACHINE_KEYSET)) {
    return fail("CryptAcquireContext");
  }
  if (!CryptGetProvParam(provider, PP_KEYSET_SEC_DESCR, descriptor, &size, DACL_SECURITY_INFORMATION)) {
    return fail("CryptGetProvParam");
  }
  if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION,
                                                            &text, NULL)) {
    return fail("ConvertSecurityDescriptorToStringSecurityDescriptor");
  }
  print_wide(text);
  LocalFree(text);
  CryptReleaseContext(provider, 0);
  return 0;
}

static int add(const wchar_t *owner, const wchar_t *name, const wchar_t *file) {
  static BYTE der[65536];
  DWORD size = 0;
  static wchar_t friendly[] = L"unrelated";
  CRYPT_DATA_BLOB blob = {sizeof friendly, (BYTE *)friendly};
  HANDLE input = CreateFileW(file, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
  if (input == INVALID_HANDLE_VALUE || !ReadFile(input, der, sizeof der, &size, NULL)) return fail("ReadFile");
  CloseHandle(input);
  HCERTSTORE store = open_store(owner, name, 0);
  const CERT_CONTEXT *certificate = CertCreateCertificateContext(X509_ASN_ENCODING, der, size);
  if (store == NULL || certificate == NULL) return fail("CertOpenStore or CertCreateCertificateContext");
  CertSetCertificateContextProperty(certificate, CERT_FRIENDLY_NAME_PROP_ID, 0, &blob);
  if (!CertAddCertificateContextToStore(store, certificate, CERT_STORE_ADD_REPLACE_EXISTING, NULL)) {
    return fail("CertAddCertificateContextToStore");
  }
  CertFreeCertificateContext(certificate);
  CertCloseStore(store, 0);
  return 0;
}

static int lock(const wchar_t *name) {
  wchar_t path[512] = L"Software\\Microsoft\\SystemCertificates\\";
  HKEY key;
  PSECURITY_DESCRIPTOR descriptor;
  const wchar_t *sddl = L"D:P(A;;KA;;;SY)(A;;KR;;;BA)";
  if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1, &descriptor, NULL)) {
    return fail("ConvertStringSecurityDescriptorToSecurityDescriptor");
  }
  wcsncat(path, name, 400);
  if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, WRITE_DAC, &key) != ERROR_SUCCESS) return fail("RegOpenKeyEx");
  if (RegSetKeySecurity(key, DACL_SECURITY_INFORMATION, descriptor) != ERROR_SUCCESS) return fail("RegSetKeySecurity");
  RegCloseKey(key);
  LocalFree(descriptor);
  return 0;
}

int wmain(int count, wchar_t **arguments) {
  const wchar_t *command = count > 1 ? arguments[1] : L"";
  if (count == 4 && wcscmp(command, L"list") == 0) return list(arguments[2], arguments[3]);
  if (count == 4 && wcscmp(command, L"container") == 0) return container(arguments[2], arguments[3]);
  if (count == 4 && wcscmp(command, L"delete") == 0) return delete_container(arguments[2], arguments[3]);
  if (count == 3 && wcscmp(command, L"access") == 0) return show_access(arguments[2]);
  if (count == 3 && wcscmp(command, L"lock") == 0) return lock(arguments[2]);
  if (count == 5 && wcscmp(command, L"add") == 0) return add(arguments[2], arguments[3], arguments[4]);
  fprintf(stderr, "see the beginning of certificate-probe.c\n");
  return 2;
}
