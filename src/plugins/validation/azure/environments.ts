/** Where the services of one Azure cloud answer. */
export interface AzureEndpoints {
  /** Microsoft Entra ID, for tokens. */
  readonly login: string;
  /** Azure Resource Manager. */
  readonly manager: string;
  /** What tokens are for: the resource identifier of the Resource Manager, whatever its address. */
  readonly audience: string;
  /** Instance metadata of virtual machines. */
  readonly metadata: string;
}

const metadata = 'http://169.254.169.254';

/** The Azure clouds by their names in lower case (MS docs, "Azure Government/China endpoints", az cloud list). */
export const azureEnvironments: Readonly<Record<string, AzureEndpoints>> = {
  azurecloud: {
    login: 'https://login.microsoftonline.com',
    manager: 'https://management.azure.com',
    audience: 'https://management.azure.com',
    metadata,
  },
  azurechinacloud: {
    login: 'https://login.chinacloudapi.cn',
    manager: 'https://management.chinacloudapi.cn',
    audience: 'https://management.chinacloudapi.cn',
    metadata,
  },
  azureusgovernment: {
    login: 'https://login.microsoftonline.us',
    manager: 'https://management.usgovcloudapi.net',
    audience: 'https://management.usgovcloudapi.net',
    metadata,
  },
};
