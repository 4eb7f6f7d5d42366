import { accountName } from '../../core/account-name.ts';
import type { AccountRequest, AcmeAccount } from '../../core/acme.ts';
import type { OptionValues } from '../../core/plugin.ts';
import type { ReportedAccount } from '../../core/report.ts';
import type { RunContext } from '../run-context.ts';
import { usageError } from '../usage-error.ts';

/**
 * The account as the command line wants it.
 * @throws WacsError UsageError; ConfigurationError, ScriptFailed for a secret of the vault
 */
export async function accountRequest({
  values,
  revealGiven,
}: Pick<RunContext, 'values' | 'revealGiven'>): Promise<AccountRequest> {
  const keyIdentifier = values.text('eab-key-identifier');
  const key = values.text('eab-key');
  const binding =
    keyIdentifier === undefined || key === undefined
      ? undefined
      : { keyIdentifier, key: await revealGiven(key), algorithm: algorithm(values) };
  const emailAddresses = readAddresses(values);
  return {
    acceptTerms: values.flag('accepttos'),
    ...(emailAddresses === undefined ? {} : { emailAddresses }),
    ...(binding === undefined ? {} : { externalAccountBinding: binding }),
  };
}

/** The name given by `--account`; undefined for the usual account. @throws WacsError UsageError. */
export function givenAccount(values: OptionValues): string | undefined {
  const given = values.text('account');
  if (given === undefined) return undefined;
  const name = accountName(given);
  if (name !== undefined) return name;
  throw usageError(
    `--account "${given}" is not usable as a name`,
    'use 1 to 64 letters, digits, dots, hyphens and underscores, and no name that Windows keeps for a device',
  );
}

/** The account for the report of a command that is about it. */
export function reportAccount(account: AcmeAccount, name: string | undefined): ReportedAccount {
  const { url, status, contact } = account;
  return { ...(name === undefined ? {} : { name }), url, status, contact };
}

/** `none` takes the contact away. */
function readAddresses(values: OptionValues): readonly string[] | undefined {
  const addresses = values.list('emailaddress');
  if (addresses.length === 0) return undefined;
  if (!addresses.some((address) => address.toLowerCase() === 'none')) return addresses;
  if (addresses.length === 1) return [];
  throw usageError('--emailaddress none and an address cannot be combined', 'leave one of them out');
}

function algorithm(values: OptionValues): string {
  return (values.text('eab-algorithm') ?? 'HS256').toUpperCase();
}
