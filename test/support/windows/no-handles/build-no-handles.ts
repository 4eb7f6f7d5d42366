import { join } from 'node:path';
import { buildProgram } from '../build-program.ts';

/** Compiles `no-handles.exe` and gives back its path. @throws EnvironmentUnavailable. */
export function buildNoHandles(): Promise<string> {
  return buildProgram(join(import.meta.dirname, 'no-handles.c'));
}
