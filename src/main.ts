import { run } from './cli/run.ts';
import type { Surroundings } from './cli/run-context.ts';
import { WacsError } from './core/errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import { createRedactor } from './log/redact.ts';
import { createConsole } from './platform/console.ts';
import { pluginRegistry } from './plugins/registry.ts';

const console = createConsole();
const redactor = createRedactor();
const interruption = new AbortController();
let settled = false;

const surroundings: Surroundings = {
  platform: process.platform === 'win32' ? 'win32' : 'posix',
  registry: pluginRegistry,
  now: () => new Date(),
  out: (text) => console.out(text),
  err: (text) => console.err(text),
  open: async (args) =>
    (await import('./compose.ts')).openRun(args, { console, redactor, signal: interruption.signal }),
  check: (args) => ({
    open: async () => (await import('./compose.ts')).openCheck(args, { redactor, signal: interruption.signal }),
    write: async (path, text) => (await import('./compose.ts')).writeOutput(path, text),
  }),
  async writeEvents(events, warn) {
    if (process.platform === 'win32') await (await import('./compose.ts')).writeEvents(events, warn);
  },
  redact: (text) => redactor.redact(text),
  addSecret: (secret) => redactor.add(secret),
};

/** A promise that never settles ends Node with 0: nothing else would tell that the work was not done. */
process.on('exit', (code) => {
  if (settled || code !== 0) return;
  process.exitCode = exitCodeOf('UnexpectedError');
  reportFault('the program ended before its work was done');
});

/** The first interruption lets the run clean up; the second ends it at once. */
function interrupt(signal: NodeJS.Signals): void {
  if (interruption.signal.aborted) end(exitCodeOf('Interrupted'));
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
  const code = exitCodeOf('UnexpectedError');
  console.err(`error: a fault in the program itself: ${redactor.redact(String(error))} [${code} UnexpectedError]\n`);
}

function end(code: number): never {
  settled = true;
  process.exit(code);
}

async function main(): Promise<void> {
  let code = exitCodeOf('UnexpectedError');
  try {
    code = await run(process.argv.slice(2), surroundings);
  } catch (error) {
    reportFault(error);
  }
  await console.flush();
  end(code);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) process.on(signal, interrupt);
void main();
