import type { HttpResponse } from '../../../core/ports.ts';
import type { ApiDialect } from '../dns-api.ts';
import { jsonOrNothing, textAt } from '../dns-api-reply.ts';

/** By the number at the beginning of Microsoft Entra ID's own words (MS docs, "Microsoft Entra authentication error codes"). */
const loginHints: Readonly<Record<string, string>> = {
  AADSTS90002: 'Check --azuretenantid: the directory is not known; another cloud needs --azureenvironment.',
  AADSTS900023: 'Check --azuretenantid: it must be the ID or a domain name of the directory.',
  AADSTS700016: 'Check --azureclientid: the directory has no such app registration.',
  AADSTS7000215: 'Check --azuresecret: give the value of the client secret, not its ID.',
  AADSTS7000222: 'The client secret has expired: create a new one, and the renewal again with the same --id.',
};

/** How Azure Resource Manager refuses. */
export const managerDialect: ApiDialect = {
  service: 'Azure',
  wordsOf,
  hintFor(response) {
    const { status } = response;
    if (status === 401) return 'Check tenant, client and --azureenvironment: Azure does not accept the token.';
    if (status === 403) {
      return 'Give the app registration or managed identity the role "DNS Zone Contributor" for the zone; a new role assignment may take some minutes.';
    }
    if (status === 404) return 'Check --azuresubscriptionid, --azureresourcegroupname and --azurehostedzone.';
    return 'Run this again; the state of the service is at https://azure.status.microsoft.';
  },
  // "Another operation is in progress"; 412 is a conflict and has an answer of its own.
  isBusy: ({ status }) => status === 409,
};

/** How Microsoft Entra ID refuses to give a token. */
export const loginDialect: ApiDialect = {
  service: 'Microsoft Entra ID',
  wordsOf,
  hintFor(response) {
    const number = /AADSTS\d+/.exec(wordsOf(response) ?? '')?.[0] ?? '';
    return loginHints[number] ?? 'Check --azuretenantid, --azureclientid, --azuresecret and --azureenvironment.';
  },
};

const identityHint =
  'Check that this is a virtual machine in Azure with a managed identity; one that is assigned by users needs --azureclientid.';

/** How the metadata service of a virtual machine refuses to give a token. */
export const metadataDialect: ApiDialect = {
  service: 'the metadata service of Azure',
  wordsOf,
  hintFor: () => identityHint,
  unreachableHint: identityHint,
  // While it is updated, it answers so (MS docs, "Use managed identities on a virtual machine", retry guidance).
  isBusy: ({ status }) => status === 404 || status === 410,
};

/** `error` as an object with code and message, or as a word with a description. */
function wordsOf(response: HttpResponse): string | undefined {
  const reply = jsonOrNothing(response);
  const description = textAt(reply, 'error_description');
  if (description !== undefined) return description.split(/\r?\n/)[0];
  const message = textAt(reply, 'error', 'message') ?? textAt(reply, 'message');
  const code = textAt(reply, 'error', 'code') ?? textAt(reply, 'code') ?? textAt(reply, 'error');
  return message === undefined ? code : `${message}${code === undefined ? '' : ` (${code})`}`;
}
