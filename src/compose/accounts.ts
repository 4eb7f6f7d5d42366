import { resolve } from 'node:path';
import type { AccountKeeper } from '../acme/account-keeper.ts';
import type { AcmeTransport } from '../acme/transport.ts';
import { accountName } from '../core/account-name.ts';
import { WacsError } from '../core/errors.ts';
import { accountKeySpec, readAccountKey } from '../crypto/account-key.ts';
import { createPrivateKey } from '../crypto/keys.ts';
import { createAccountStore } from '../storage/account-store.ts';
import { accountPaths } from '../storage/state-paths.ts';
import type { Foundation } from './foundation.ts';
import { lazyByName } from './lazy.ts';

/** The accounts at one CA by name, each opened at most once a run; without a name, the usual one. */
export function wireAccounts(
  foundation: Foundation,
  transport: () => Promise<AcmeTransport>,
): (name?: string) => Promise<AccountKeeper> {
  const { files, secrets, clock, log, paths } = foundation;
  const byName = lazyByName(async (name) => {
    const { AccountKeeper: Keeper } = await import('../acme/account-keeper.ts');
    return new Keeper({
      transport: await transport(),
      accounts: createAccountStore(accountPaths(paths, name), files, secrets),
      ...(name === undefined ? {} : { accountName: name }),
      createAccountKey: (kind) => createPrivateKey(accountKeySpec(kind)),
      clock,
      log,
    });
  });
  return async (given) => byName(given === undefined ? undefined : requireName(given));
}

/** Reads the file of `--accountkey`. @throws WacsError ConfigurationError. */
export async function readAccountKeyFile(path: string, { files }: Pick<Foundation, 'files'>): Promise<string> {
  const pem = await files.readText(resolve(path));
  if (pem !== undefined) return readAccountKey(pem, path);
  throw new WacsError('ConfigurationError', `the file given by --accountkey does not exist: ${path}`, {
    hint: 'Give a PEM file with the private key of the account.',
  });
}

/** Renewal files are edited by hand too. */
function requireName(given: string): string {
  const name = accountName(given);
  if (name !== undefined) return name;
  throw new WacsError('ConfigurationError', `"${given}" is not usable as the name of an account`, {
    hint: 'Correct "account" in the file of the renewal, or create the renewal again with --account.',
  });
}
