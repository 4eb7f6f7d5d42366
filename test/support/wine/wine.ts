import { join } from 'node:path';

export type WineProgram = 'wine' | 'wineserver';

/** A program of this machine with its arguments, to be spawned without a shell. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** A Wine that works, with a template prefix to copy. Paths are those of this machine unless said otherwise. */
export interface Wine {
  /** As Wine names itself, such as `wine-10.0 (Debian 10.0~repack-6)`. */
  readonly version: string;
  /** A finished prefix (Windows 10); never run anything in it. */
  readonly template: string;
  /** Folder for private prefixes, on the template's file system and where Wine can see it. */
  readonly prefixes: string;
  /** The name by which Wine itself knows a path of this machine. */
  toWinePath(path: string): string;
  /** How to run one of Wine's programs with `cwd` (a path of this machine) as its working folder. */
  command(program: WineProgram, args: readonly string[], cwd: string): Command;
}

export const TEMPLATE_FOLDER = 'template-prefix';
const PREFIXES_FOLDER = 'prefixes';

/** A Wine that lives in a Debian tree of its own. The network stays that of the machine. */
export function wineInRoot(root: string, options: { readonly version: string; readonly ownMounts: boolean }): Wine {
  const toWinePath = (path: string): string => pathBelow(root, path);
  return {
    version: options.version,
    template: join(root, TEMPLATE_FOLDER),
    prefixes: join(root, PREFIXES_FOLDER),
    toWinePath,
    command: (program, args, cwd) =>
      commandInRoot(root, options.ownMounts, [
        '/usr/bin/env',
        `--chdir=${toWinePath(cwd)}`,
        `/usr/bin/${program}`,
        ...args,
      ]),
  };
}

/**
 * A command inside a Debian tree. Where the machine allows it, /proc is mounted in a mount namespace that ends with
 * the command, so nothing stays mounted and the tree can be deleted at any time.
 */
export function commandInRoot(root: string, ownMounts: boolean, argv: readonly string[]): Command {
  if (!ownMounts) return { file: '/usr/sbin/chroot', args: [root, ...argv] };
  const args = ['--mount', '--propagation', 'private', `--root=${root}`, '--mount-proc', '--', ...argv];
  return { file: '/usr/bin/unshare', args };
}

/** A Wine of the machine itself, `programs` being the absolute paths or names of its launcher and server. */
export function wineOfMachine(
  folder: string,
  options: { readonly version: string; readonly programs: Readonly<Record<WineProgram, string>> },
): Wine {
  return {
    version: options.version,
    template: join(folder, TEMPLATE_FOLDER),
    prefixes: join(folder, PREFIXES_FOLDER),
    toWinePath: (path) => path,
    command: (program, args, cwd) => ({
      file: '/usr/bin/env',
      args: [`--chdir=${cwd}`, options.programs[program], ...args],
    }),
  };
}

/** The whole environment a Wine program gets: nothing of the caller's leaks into a test. */
export function wineEnvironment(wine: Wine, prefix: string, overrides: readonly string[] = []): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    // A home with a Desktop or Documents folder would be linked into the prefix.
    HOME: '/nonexistent',
    LANG: 'C.UTF-8',
    WINEPREFIX: wine.toWinePath(prefix),
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: ['mscoree,mshtml=', 'winemenubuilder.exe=d', ...overrides].join(';'),
  };
}

function pathBelow(root: string, path: string): string {
  if (path === root) return '/';
  if (!path.startsWith(`${root}/`)) throw new RangeError(`Wine cannot see ${path}: it is outside its tree`);
  return path.slice(root.length);
}
