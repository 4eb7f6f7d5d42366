import type { AccountRequest } from '../../core/acme.ts';
import type { OptionValues } from '../../core/plugin.ts';

/** The account as the command line wants it. */
export function accountRequest(values: OptionValues): AccountRequest {
  const keyIdentifier = values.text('eab-key-identifier');
  const key = values.text('eab-key');
  const binding =
    keyIdentifier === undefined || key === undefined ? undefined : { keyIdentifier, key, algorithm: algorithm(values) };
  return {
    acceptTerms: values.flag('accepttos'),
    emailAddresses: values.list('emailaddress'),
    ...(binding === undefined ? {} : { externalAccountBinding: binding }),
  };
}

function algorithm(values: OptionValues): string {
  return (values.text('eab-algorithm') ?? 'HS256').toUpperCase();
}
