import { restate, WacsError } from '../../../core/errors.ts';
import type { PluginServices } from '../../../core/plugin.ts';
import { runScript, type ScriptRun } from '../../run-script.ts';
import { fillPlaceholders, type LookUp, usesPlaceholder } from '../../script-parameters.ts';
import { inTurn } from '../in-turn.ts';
import { outlasting } from '../outlasting.ts';
import type { ScriptChoice, ScriptStep } from './options.ts';

/** Runs the scripts of one validation. */
export interface ScriptSteps {
  /** True when one of the scripts is given one of the placeholders. */
  uses(...placeholders: readonly string[]): boolean;
  /** @throws WacsError ScriptFailed, ValidationSetupError. */
  prepare(values: LookUp): Promise<void>;
  /** Goes on for 20 s after the run was told to end. @returns false where there is no script for it */
  cleanUp(values: LookUp): Promise<boolean>;
}

/** The scripts that the administrator has chosen. */
export function createScriptSteps(choice: ScriptChoice, services: PluginServices): ScriptSteps {
  const { prepare, cleanup, scriptsSideBySide } = choice;
  const run = async (step: ScriptStep, values: LookUp, signal: AbortSignal): Promise<void> => {
    const args = await fillPlaceholders(step.template, values, services);
    const refusal = 'ValidationSetupError';
    const start: ScriptRun = { ...step, args, signal, refusal, afterFailure: 'The next run tries again.' };
    const work = (): Promise<void> => startScript(start, services);
    return scriptsSideBySide ? work() : inTurn(`script ${prepare.script}`, work);
  };
  return {
    uses: (...placeholders) =>
      [prepare, cleanup].some((step) => step !== undefined && usesPlaceholder(step.template, placeholders)),
    prepare: (values) => run(prepare, values, services.signal),
    async cleanUp(values) {
      if (cleanup !== undefined) await run(cleanup, values, outlasting(services.signal));
      return cleanup !== undefined;
    },
  };
}

/** A script that cannot be started is a fault of the set-up, not of the storage. */
async function startScript(start: ScriptRun, services: PluginServices): Promise<void> {
  try {
    await runScript(start, services);
  } catch (error) {
    if (!(error instanceof WacsError) || error.code !== 'StorageError') throw error;
    throw restate(error, error.message, 'ValidationSetupError');
  }
}
