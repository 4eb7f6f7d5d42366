import { toAscii } from '../ascii.ts';
import type { CommandResult, RunContext } from '../run-context.ts';
import { version } from '../version.ts';

/** `--config`: where everything is, as JSON for programs, under win-acme's names where it has them. */
export async function config(context: RunContext): Promise<CommandResult> {
  const listing = { SoftwareVersion: version, BaseUri: context.baseUri, ...context.places };
  if (!context.values.flag('json')) context.print(`${toAscii(JSON.stringify(listing, null, 2))}\n`);
  return { outcome: 'Success', renewals: [], listing };
}
