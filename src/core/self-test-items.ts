import type { IssuedCertificate, KeySpec } from './certificate.ts';
import type { StorePlace, WindowsCertificateStore } from './certificate-store.ts';
import { WacsError } from './errors.ts';
import type { FileStore, HttpChallengeServer, HttpClient } from './ports.ts';
import type { ExecutableGuard } from './program.ts';
import type { SelfTestItem } from './self-test.ts';
import type { TaskDefinition, TaskScheduler } from './task.ts';

const requestLimitMs = 10_000;
/** NETWORK SERVICE, which every Windows has. */
const networkService = 'S-1-5-20';

/** Everything the items need; those of Windows alone come from elsewhere. */
export interface SelfTestParts {
  readonly files: FileStore;
  /** An empty folder for the time of the test, which need not exist. */
  readonly folder: string;
  /** Who beside administrators may get at a path, a phrase each. */
  readonly openTo: (path: string) => readonly string[];
  readonly protect: (plain: string) => string;
  readonly reveal: (stored: string) => Promise<string>;
  readonly http: HttpClient;
  readonly httpChallenges: HttpChallengeServer;
}

/** A private folder and a file in it are closed to others from the first moment on. */
export function permissionsItem({ files, folder, openTo }: SelfTestParts): SelfTestItem {
  return {
    name: 'permissions of folders and files with keys',
    async run() {
      const file = `${folder}/key.json`;
      try {
        await files.ensureFolder(folder, { private: true });
        const open = openTo(folder);
        await files.writeAtomic(file, 'secret', { private: true });
        const found = [...open, ...openTo(file)];
        if (found.length > 0) throw new WacsError('StorageError', `others can get at them: ${found.join('; ')}`);
        return 'SYSTEM and Administrators (elsewhere: the owner) alone';
      } finally {
        await files.remove(file);
        await files.removeEmptyFolder(folder);
      }
    },
  };
}

/** A secret comes back from its stored form. */
export function secretsItem({ protect, reveal }: SelfTestParts): SelfTestItem {
  return {
    name: 'protection of stored secrets',
    async run() {
      const secret = 'a secret with \u00fc and \u20ac';
      const stored = protect(secret);
      if ((await reveal(stored)) !== secret) throw new WacsError('StorageError', 'a secret came back as another one');
      return stored.startsWith('enc-') ? 'encrypted by Windows (DPAPI)' : 'not encrypted: settings or system say so';
    },
  };
}

/** A challenge is answered on the port at which CAs ask. */
export function httpChallengeItem({ http, httpChallenges }: SelfTestParts, port: number): SelfTestItem {
  return {
    name: `http-01 on port ${port}`,
    async run() {
      const token = 'wacs-selftest';
      await httpChallenges.publish(port, token, 'answer');
      try {
        const url = `http://127.0.0.1:${port}/.well-known/acme-challenge/${token}`;
        const headers = { Host: `127.0.0.1:${port}` };
        const { status, body } = await http.request({ url, method: 'GET', headers, timeoutMs: requestLimitMs });
        const text = Buffer.from(body).toString();
        if (status === 200 && text === 'answer') return 'a request to this machine got its answer';
        throw new WacsError('ValidationSetupError', `${url} answered ${status}: ${text.slice(0, 100)}`, {
          hint: 'See which program answers on the port, or use --validation filesystem.',
        });
      } finally {
        await httpChallenges.withdraw(port, token);
      }
    },
  };
}

/** The certificate store of Windows takes a certificate with its key, and gives both up again. */
export function certificateStoreItem(
  store: WindowsCertificateStore,
  place: StorePlace,
  certificate: (key: KeySpec) => Promise<IssuedCertificate>,
  key: KeySpec,
): SelfTestItem {
  const kind = key.type === 'rsa' ? `RSA ${key.bits}` : key.curve;
  return {
    name: `certificate store ${place.name} of the ${place.owner}, ${kind}`,
    async run() {
      const issued = await certificate(key);
      const { thumbprint } = issued.info;
      const grants = place.owner === 'machine' ? [{ account: networkService, right: 'read' } as const] : [];
      try {
        await store.check(place, grants);
        const friendlyName = 'wacs selftest, may be deleted';
        await store.add(place, { certificate: issued, friendlyName, exportable: false, preferCng: false, grants });
        const found = await store.find(place, thumbprint);
        if (found === undefined) throw new WacsError('StoreError', 'it was added, and is not there');
        if (found.keyProblem !== undefined)
          throw new WacsError('StoreError', `its key cannot be used: ${found.keyProblem}`);
        if (found.friendlyName !== friendlyName) throw new WacsError('StoreError', 'its friendly name was lost');
      } finally {
        await store.remove(place, thumbprint);
      }
      if ((await store.find(place, thumbprint)) !== undefined)
        throw new WacsError('StoreError', 'it was removed, and is still there');
      return 'added with its key, found, signed with, removed';
    },
  };
}

/** Task Scheduler takes a task, shows it as it was given, and removes it. */
export function taskItem(tasks: TaskScheduler, definition: TaskDefinition): SelfTestItem {
  return {
    name: 'scheduled task',
    async run() {
      try {
        const { health } = await tasks.register(definition);
        if (health.state !== 'healthy')
          throw new WacsError('TaskVerificationFailed', `it was registered, but ${health.problems.join('; ')}`);
      } finally {
        await tasks.remove(definition.name);
      }
      return `"${definition.name}" registered, read back, removed`;
    },
  };
}

/** Nobody but administrators can replace the program that SYSTEM is to start. */
export function programItem(guard: ExecutableGuard, path: string): SelfTestItem {
  return {
    name: 'place of the program',
    async run() {
      const problems = await guard.inspect(path);
      if (problems.length === 0) return `${path} is safe for a task of SYSTEM`;
      throw new WacsError('TaskPathUnsafe', `${path}: ${problems.join('; ')}`, {
        hint: 'wacs --installto copies the program to a safe place.',
      });
    },
  };
}
