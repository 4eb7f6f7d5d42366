import type { Surroundings } from './cli/run-context.ts';
import { version } from './cli/version.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { Redactor } from './log/redact.ts';
import { createConsole } from './platform/console.ts';

const interruption = new AbortController();
const console = createConsole();
let redactor: Redactor | undefined;
let settled = false;

/** A promise that never settles ends Node with 0: nothing else would tell that the work was not done. */
process.on('exit', (code) => {
  if (settled || code !== 0) return;
  process.exitCode = exitCodeOf('UnexpectedError');
  reportFault('the program ended before its work was done');
});

/** The first interruption lets the run clean up; the second ends it at once. */
async function interrupt(signal: NodeJS.Signals): Promise<void> {
  if (interruption.signal.aborted) end(exitCodeOf('Interrupted'));
  const { WacsError } = await import('./core/errors.ts');
  const hint = 'Run the command again; the work that was done is kept.';
  interruption.abort(new WacsError('Interrupted', `interrupted by ${signal}`, { hint }));
}

/** Faults that reach nobody's catch: the same code and no stack on the screen. */
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error) => {
    reportFault(error);
    end(exitCodeOf('UnexpectedError'));
  });
}

function reportFault(error: unknown): void {
  const text = redactor === undefined ? String(error) : redactor.redact(String(error));
  console.err(`error: a fault in the program itself: ${text} [${exitCodeOf('UnexpectedError')} UnexpectedError]\n`);
}

function end(code: number): never {
  settled = true;
  process.exit(code);
}

async function main(argv: readonly string[]): Promise<void> {
  let code = exitCodeOf('UnexpectedError');
  try {
    code = asksForVersionOnly(argv) ? showVersion() : await runCommandLine(argv);
  } catch (error) {
    reportFault(error);
  }
  await console.flush();
  end(code);
}

/** Asked for by itself, the version costs hardly more than starting Node. */
function asksForVersionOnly([first, ...more]: readonly string[]): boolean {
  return more.length === 0 && first?.toLowerCase() === '--version';
}

function showVersion(): number {
  console.out(`wacs ${version}\n`);
  return exitCodeOf('Success');
}

async function runCommandLine(argv: readonly string[]): Promise<number> {
  const [{ run }, { pluginRegistry }, { createRedactor }] = await Promise.all([
    import('./cli/run.ts'),
    import('./plugins/registry.ts'),
    import('./log/redact.ts'),
  ]);
  redactor = createRedactor();
  return run(argv, surroundingsOf({ registry: pluginRegistry, redactor }));
}

function surroundingsOf({
  registry,
  redactor,
}: {
  registry: Surroundings['registry'];
  redactor: Redactor;
}): Surroundings {
  const { signal } = interruption;
  const compose = () => import('./compose.ts');
  return {
    platform: process.platform === 'win32' ? 'win32' : 'posix',
    registry,
    now: () => new Date(),
    out: console.out,
    err: console.err,
    open: async (args) => (await compose()).openRun(args, { console, redactor, signal }),
    check: (args) => ({
      open: async () => (await compose()).openCheck(args, { redactor, signal }),
      write: async (path, text) => (await compose()).writeOutput(path, text),
    }),
    settingsSchema: async () => (await compose()).settingsSchema(),
    async writeEvents(events, warn) {
      if (process.platform === 'win32') await (await compose()).writeEvents(events, warn);
    },
    redact: redactor.redact,
    addSecret: redactor.add,
  };
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) process.on(signal, interrupt);
void main(process.argv.slice(2));
