import { accountName } from '../../core/account-name.ts';
import type { CommandResult, RunContext } from '../run-context.ts';
import { usageError } from '../usage-error.ts';
import { givenAccount, reportAccount } from './account-request.ts';
import { loadAll } from './load-renewals.ts';

/** `--deactivateaccount`: ends the account at the CA for good. */
export async function deactivateAccount(context: RunContext): Promise<CommandResult> {
  const { values, log, accounts } = context;
  const name = givenAccount(values);
  if (!values.flag('force')) await requireUnused(name, context);
  const account = await (await accounts(name)).deactivate();
  log.info(`account ${account.url} is deactivated; certificates stay valid until they expire`);
  return { outcome: 'Success', renewals: [], account: reportAccount(account, name) };
}

/** A renewal file that cannot be read may use the account too. */
async function requireUnused(name: string | undefined, context: RunContext): Promise<void> {
  const { readable, failures } = await loadAll(context);
  const users = readable.filter(({ plan }) => accountName(plan.account ?? '') === name);
  const [first] = users;
  if (first !== undefined) {
    const more = users.length === 1 ? '' : ` and ${users.length - 1} more`;
    throw usageError(
      `renewal "${first.friendlyName}" (id ${first.id})${more} still ${users.length === 1 ? 'uses' : 'use'} the account`,
      'cancel them, or create them again with another --account; --force deactivates the account all the same',
    );
  }
  const [failure] = failures;
  if (failure !== undefined) throw failure;
}
