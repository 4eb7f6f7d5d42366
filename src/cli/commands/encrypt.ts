import { combineFailures } from '../../core/errors.ts';
import type { Reprotection } from '../../core/reprotection.ts';
import type { CommandResult, RunContext } from '../run-context.ts';

/** `--encrypt`: brings every stored secret of all CAs into the form that Security.EncryptConfig asks for. */
export async function encrypt({ reprotect, log }: RunContext): Promise<CommandResult> {
  const done = await reprotect();
  log.info(summary(done));
  if (done.failures.length === 0) return { outcome: 'Success', renewals: [] };
  const error = combineFailures(done.failures, `${done.failures.length} secrets or files are as they were`);
  return { outcome: error.code, renewals: [], error };
}

function summary({ encrypted, files, rewritten, kept, references }: Reprotection): string {
  const form = encrypted ? 'encrypted' : 'in the clear';
  return [
    `${count(rewritten, 'secret')} in ${count(files, 'file')} rewritten, now ${form}`,
    `${kept} ${kept === 1 ? 'was' : 'were'} that already`,
    ...(references === 0 ? [] : [`${count(references, 'reference')} to the vault`]),
  ].join('; ');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
