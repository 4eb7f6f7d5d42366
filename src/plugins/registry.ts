import type { PluginRegistry } from '../core/plugin.ts';
import { ecCsr } from './csr/ec.ts';
import { rsaCsr } from './csr/rsa.ts';
import { noInstallation } from './installation/none.ts';
import { scriptInstallation } from './installation/script.ts';
import { domainOrder } from './order/domain.ts';
import { hostOrder } from './order/host.ts';
import { singleOrder } from './order/single.ts';
import { csrSource } from './source/csr.ts';
import { manualSource } from './source/manual.ts';
import { centralSslStore } from './store/centralssl.ts';
import { certificateStore } from './store/certificatestore.ts';
import { p7bFileStore } from './store/p7bfile.ts';
import { pemFilesStore } from './store/pemfiles.ts';
import { pfxFileStore } from './store/pfxfile.ts';
import { userStore } from './store/userstore.ts';
import { acmeDnsValidation } from './validation/acme-dns/descriptor.ts';
import { azureValidation } from './validation/azure/descriptor.ts';
import { cloudflareValidation } from './validation/cloudflare/descriptor.ts';
import { filesystemValidation } from './validation/filesystem.ts';
import { manualValidation } from './validation/manual/descriptor.ts';
import { persistValidation } from './validation/persist/descriptor.ts';
import { rfc2136Validation } from './validation/rfc2136/descriptor.ts';
import { route53Validation } from './validation/route53/descriptor.ts';
import { scriptValidation } from './validation/script/descriptor.ts';
import { selfhostingValidation } from './validation/selfhosting.ts';

/** All plugins; one that is not listed here does not exist. */
export const pluginRegistry: PluginRegistry = {
  source: [manualSource, csrSource],
  order: [singleOrder, hostOrder, domainOrder],
  validation: [
    selfhostingValidation,
    filesystemValidation,
    acmeDnsValidation,
    azureValidation,
    cloudflareValidation,
    route53Validation,
    rfc2136Validation,
    scriptValidation,
    manualValidation,
    persistValidation,
  ],
  csr: [rsaCsr, ecCsr],
  store: [certificateStore, userStore, pemFilesStore, pfxFileStore, centralSslStore, p7bFileStore],
  installation: [noInstallation, scriptInstallation],
};
