import { WacsError } from '../../core/errors.ts';
import type { Reprotection } from '../../core/reprotection.ts';
import type { CommandResult, RunContext } from '../run-context.ts';

/** `--encrypt`: brings every stored secret of all CAs into the form that Security.EncryptConfig asks for. */
export async function encrypt({ reprotect, log }: RunContext): Promise<CommandResult> {
  const done = await reprotect();
  log.info(summary(done));
  if (done.failures.length === 0) return { outcome: 'Success', renewals: [] };
  const error = failureOf(done.failures);
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

function failureOf(failures: readonly string[]): WacsError {
  const hint =
    'What could not be read is as it was. Run this on the machine that stored it, or give the secret again; account keys and certificates are made anew when their file is deleted.';
  const [only = '', ...more] = failures;
  if (more.length === 0) return new WacsError('ConfigurationError', only, { hint });
  return new WacsError('ConfigurationError', `${failures.length} secrets or files could not be read`, {
    failures: failures.map((failure) => new WacsError('ConfigurationError', failure)),
    hint,
  });
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
