import type { CommandResult, RunContext } from '../run-context.ts';
import { accountRequest } from './account-request.ts';

/** `--register`: finds or creates the account at the CA. */
export async function register(context: RunContext): Promise<CommandResult> {
  const authority = await context.authority();
  const account = await authority.ensureAccount(accountRequest(context.values));
  context.log.info(`account ${account.url} (${account.status})`);
  return { outcome: 'Success', renewals: [] };
}
