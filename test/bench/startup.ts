import { join } from 'node:path';
import { bundle } from '../support/run-wacs.ts';
import { compare, type Program, peakMemory } from './measure.ts';
import { writeRenewalsNotDue } from './renewal-files.ts';
import { megabytes, printRow } from './table.ts';

const flags: { readonly execArgv: readonly string[] } = await import(
  new URL('../../.build/exec-argv.mjs', import.meta.url).href
);
/** The least that running anything on this runtime takes. */
const bare: Program = { file: process.execPath, args: ['-e', '0'] };
const baseUri = 'https://ca.example.test/directory';

/** Shows what starting costs, as ratios to the bare runtime. */
export async function benchStartup(folder: string): Promise<void> {
  printRow(['start (medians)', 'ms', 'bare ms', 'ratio', 'peak MB']);
  await measure('node -e 0', bare, 21);
  await measure('wacs --version', wacs('--version'), 21);
  for (const [count, rounds] of [
    [0, 21],
    [1_000, 11],
    [10_000, 5],
  ] as const) {
    const state = { folder: join(folder, `renew-${count}`), baseUri };
    writeRenewalsNotDue(state, count);
    const program = wacs('--renew', '--baseuri', baseUri, '--configpath', state.folder);
    await measure(`wacs --renew, ${count.toLocaleString('en')} not due`, program, rounds);
  }
}

/** The built program with this runtime and the flags that the executable has. */
export function wacs(...args: readonly string[]): Program {
  return { file: process.execPath, args: [...flags.execArgv, bundle, ...args] };
}

async function measure(name: string, program: Program, rounds: number): Promise<void> {
  const { ms, bareMs, ratio } = compare(program, bare, rounds);
  const memory = await peakMemory(program);
  printRow([name, ms.toFixed(1), bareMs.toFixed(1), ratio.toFixed(2), megabytes(memory)]);
}
