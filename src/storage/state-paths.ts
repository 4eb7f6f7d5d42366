import { join } from 'node:path';

/** Where the state of one CA is kept. */
export interface StatePaths {
  /** Folder of all state, `--configpath`. */
  readonly root: string;
  readonly settings: string;
  readonly log: string;
  /** Secrets that others refer to. */
  readonly vault: string;
  /** Folder of the CA. */
  readonly authority: string;
  /** Settings for the CA alone. */
  readonly authoritySettings: string;
  readonly account: string;
  /** Folder of the accounts with a name, and of those that were set aside. */
  readonly accounts: string;
  readonly orders: string;
  readonly certificates: string;
  /** Roots to trust for the CA's own TLS, as given by `--cafile`. */
  readonly trustedRoots: string;
  /** Accounts at acme-dns servers, which serve all CAs. */
  readonly acmeDns: string;
  readonly status: string;
  /** What monitors read; alone in its folder, which has permissions of its own. */
  readonly health: string;
}

/** Paths below the state folder for a base URI. */
export function statePaths(root: string, baseUri: string): StatePaths {
  const authority = join(root, authorityFolder(baseUri));
  return {
    root,
    settings: settingsPath(root),
    log: join(root, 'log'),
    vault: join(root, 'secrets.json'),
    authority,
    authoritySettings: join(authority, 'settings.json'),
    account: join(authority, 'account.json'),
    accounts: join(authority, 'accounts'),
    orders: join(authority, 'orders'),
    certificates: join(authority, 'certificates'),
    trustedRoots: join(authority, 'trusted-roots.pem'),
    acmeDns: join(root, 'acme-dns'),
    status: join(authority, 'status.json'),
    health: join(root, 'health', `${authorityFolder(baseUri)}.json`),
  };
}

/** Path of the settings, which also say the CA. */
export function settingsPath(root: string): string {
  return join(root, 'settings.json');
}

/** Where an account is kept, and where it goes when another one takes its place. */
export interface AccountPaths {
  readonly file: string;
  /** Beginning of the names of files set aside. */
  readonly aside: string;
}

/** Paths of the account with a name, or of the usual one. */
export function accountPaths({ account, accounts }: StatePaths, name?: string): AccountPaths {
  const aside = join(accounts, 'old', name ?? 'account');
  return { file: name === undefined ? account : join(accounts, `${name}.json`), aside };
}

/** Folder name for a base URI: host, port and path, with everything else as `-`. */
export function authorityFolder(baseUri: string): string {
  const { host, pathname } = new URL(baseUri);
  const path = pathname.replace(/\/+$/, '');
  return `${host}${path}`.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
}

/**
 * Folders with keys and logs, which must be closed to others. The root itself only where it is ours alone, because a
 * folder that somebody else has named may hold anything.
 */
export function privatePaths(paths: StatePaths, defaultRoot: string): readonly { path: string; below: boolean }[] {
  const { root, log, authority, accounts, orders, certificates, acmeDns } = paths;
  const whole = [log, authority, accounts, orders, certificates, acmeDns];
  const own = root === defaultRoot ? [{ path: root, below: false }] : [];
  return [...own, ...whole.map((path) => ({ path, below: true }))];
}
