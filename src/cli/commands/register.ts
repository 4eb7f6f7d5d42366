import type { CommandResult, RunContext } from '../run-context.ts';
import { accountRequest, givenAccount, reportAccount } from './account-request.ts';

/** `--register`: finds the account at the CA, brings it up to date, or creates it. */
export async function register(context: RunContext): Promise<CommandResult> {
  const { values, log } = context;
  const name = givenAccount(values);
  const keyFile = values.text('accountkey');
  const keyPem = keyFile === undefined ? undefined : await context.readAccountKey(keyFile);
  const accounts = await context.accounts(name);
  const account = await accounts.register({
    ...(await accountRequest(context)),
    replace: values.flag('force'),
    ...(keyPem === undefined ? {} : { keyPem }),
  });
  const contact = account.contact.length === 0 ? '' : `, contact ${account.contact.join(', ')}`;
  log.info(`account ${account.url} (${account.status})${contact}`);
  return { outcome: 'Success', renewals: [], account: reportAccount(account, name) };
}
