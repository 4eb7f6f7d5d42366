import { type ErrorCode, restate, WacsError } from '../core/errors.ts';
import type { ProcessRunner } from '../core/ports.ts';
import { lazy } from './lazy.ts';

/**
 * Every program ends with the run: an interruption or the run's limit kills it and its children.
 * @param codeAtLimit what it means that the limit of the run was reached while the program ran
 */
export function lazyProcesses(signal: AbortSignal, codeAtLimit: ErrorCode): ProcessRunner {
  const runner = lazy(async () => (await import('../platform/process.ts')).createProcessRunner());
  return {
    async run(request) {
      try {
        return await (await runner.get()).run({ signal, ...request });
      } catch (error) {
        const atLimit = error === signal.reason && error instanceof WacsError && error.code === 'AcmeTimeout';
        throw atLimit ? restate(error, `${request.file} was ended: ${error.message}`, codeAtLimit) : error;
      }
    },
  };
}
