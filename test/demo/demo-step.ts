import { exitCodeOf, type Outcome } from '../../src/exit-codes.ts';
import { runWacs, type WacsResult } from '../support/run-wacs.ts';

/** Output beyond this many lines is cut short. */
const longestOutput = 64;

/** One command of the demo. */
export interface DemoStep {
  readonly title: string;
  /** As a user types them; no argument has a space in it. */
  readonly args: readonly string[];
  readonly expected: Outcome;
}

/** What went otherwise than the demo says. */
export class DemoError extends Error {}

/**
 * Runs a command in `folder` and shows it as on a terminal, its output indented and its exit code last.
 * @throws DemoError when the exit code is another one than expected.
 */
export async function runDemoStep({ title, args, expected }: DemoStep, folder: string): Promise<WacsResult> {
  heading(title);
  console.log(`  > wacs ${foldCommand(args)}`);
  const result = await runWacs(args, { cwd: folder });
  showIndented(result.stdout + result.stderr);
  const { exitCode, signal } = result;
  const wanted = exitCodeOf(expected);
  if (exitCode !== wanted)
    throw new DemoError(`expected exit code ${wanted} (${expected}), but it was ${exitCode ?? signal}`);
  console.log(`  exit code ${exitCode} (${expected})`);
  return result;
}

let count = 0;

/** Announces the next part of the demo. */
export function heading(title: string): void {
  count += 1;
  console.log(`\n${count}. ${title}`);
}

/** Shows text below a heading. */
export function showIndented(text: string): void {
  const lines = text.trimEnd().split('\n');
  for (const line of lines.slice(0, longestOutput)) console.log(`    ${line}`.trimEnd());
  if (lines.length > longestOutput) console.log(`    ... and ${lines.length - longestOutput} lines more`);
}

/** Says what the output above means. */
export function showNote(text: string): void {
  console.log(`  ${text}`);
}

/** Breaks a long command line before its options. */
function foldCommand(args: readonly string[]): string {
  return args
    .join(' ')
    .split(/ (?=--)/)
    .reduce((text, part) => {
      const lineLength = text.length - text.lastIndexOf('\n');
      return lineLength + part.length > 110 ? `${text} \\\n      ${part}` : `${text} ${part}`;
    });
}
