import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

/** Where paths are looked up; the running system unless a test says otherwise. */
export interface PathSurroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: () => string;
}

const running: PathSurroundings = { platform: process.platform, env: process.env, home: homedir };

/**
 * Where state lives unless `--configpath` says otherwise: `%ProgramData%\wacs` on Windows (never a profile: setup runs
 * as an administrator, renewal as SYSTEM), `$XDG_STATE_HOME/wacs` or `~/.local/state/wacs` elsewhere.
 * A relative `XDG_STATE_HOME` is ignored (XDG Base Directory Specification 0.8).
 */
export function defaultStateFolder({ platform, env, home }: PathSurroundings = running): string {
  if (platform === 'win32') return win32.join(programData(env), 'wacs');
  const stateHome = env.XDG_STATE_HOME;
  if (stateHome !== undefined && posix.isAbsolute(stateHome)) return posix.join(stateHome, 'wacs');
  return posix.join(home(), '.local', 'state', 'wacs');
}

/** Folder for programs of ours, which only administrators can write to: `%ProgramFiles%\wacs`. */
export function programFolder(env: PathSurroundings['env'] = process.env): string {
  return win32.join(
    absoluteOr(env.ProgramFiles, win32.join(absoluteOr(env.SystemDrive, 'C:'), '\\', 'Program Files')),
    'wacs',
  );
}

/**
 * Absolute path of a program or library in `%SystemRoot%\System32`; a bare name could be found beside the executable or
 * in the current folder first.
 */
export function system32Path(name: string, env: PathSurroundings['env'] = process.env): string {
  return win32.join(absoluteOr(env.SystemRoot, 'C:\\Windows'), 'System32', name);
}

function programData(env: PathSurroundings['env']): string {
  return absoluteOr(env.ProgramData, win32.join(absoluteOr(env.SystemDrive, 'C:'), '\\', 'ProgramData'));
}

function absoluteOr(value: string | undefined, fallback: string): string {
  return value !== undefined && /^[A-Za-z]:/.test(value) ? value : fallback;
}
