import type { CommandResult, RunContext } from '../run-context.ts';
import { givenAccount, reportAccount } from './account-request.ts';

/** `--rollover`: gives the account a new key. */
export async function rollover({ values, log, accounts }: RunContext): Promise<CommandResult> {
  const name = givenAccount(values);
  const account = await (await accounts(name)).changeKey();
  log.info(`account ${account.url} has a new key`);
  return { outcome: 'Success', renewals: [], account: reportAccount(account, name) };
}
