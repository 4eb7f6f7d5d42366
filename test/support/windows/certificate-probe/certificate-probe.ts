import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { StoreOwner } from '../../../../src/core/certificate-store.ts';
import type { WinePrefix } from '../../wine/wine-prefix.ts';
import { buildProgram } from '../build-program.ts';
import { putFile, type WindowsMachine } from '../windows-machine.ts';

const program = 'C:\\certificate-probe.exe';

/** What another program sees of a certificate. */
export interface SeenCertificate {
  readonly thumbprint: string;
  readonly friendlyName: string;
  readonly container: string;
  readonly provider: string;
  readonly providerType: string;
  /** `machine` or `user`; empty without a key. */
  readonly keySet: string;
  /** `verified` when the key signs what the certificate verifies, otherwise what went wrong. */
  readonly key: string;
  /** `exportable` or `not exportable`; empty without a key. */
  readonly exportable: string;
}

/** A second program that looks at certificate stores, and its answers. */
export interface CertificateProbe {
  /** Certificates of a store by thumbprint. */
  list(owner: StoreOwner, store: string): Promise<ReadonlyMap<string, SeenCertificate>>;
  /** Whether a key container exists. */
  hasContainer(owner: StoreOwner, name: string): Promise<boolean>;
  deleteContainer(owner: StoreOwner, name: string): Promise<void>;
  /** Access list of a key container of the machine, as SDDL. */
  access(name: string): Promise<string>;
  /** Takes the right to change a store of the machine away from administrators. */
  lock(store: string): Promise<void>;
  /** Adds a certificate (DER) without a key, called `unrelated`. */
  addUnrelated(owner: StoreOwner, store: string, der: Uint8Array): Promise<void>;
}

/** Puts the program into a prefix. @throws EnvironmentUnavailable without the compiler. */
export async function installCertificateProbe(prefix: WinePrefix): Promise<void> {
  await prefix.installFile(
    await buildProgram(join(import.meta.dirname, 'certificate-probe.c'), ['crypt32', 'advapi32']),
    program,
  );
}

/** The program on a machine where it was installed. */
export function certificateProbe(machine: WindowsMachine): CertificateProbe {
  const ask = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await machine.run(program, args);
    assert.equal(exitCode, 0, stdout + stderr);
    return stdout;
  };
  return {
    async list(owner, store) {
      const lines = (await ask('list', owner, store)).split(/\r?\n/).filter((line) => line !== '');
      return new Map(lines.map(readLine).map((seen) => [seen.thumbprint, seen]));
    },
    hasContainer: async (owner, name) => (await ask('container', owner, name)) === 'present',
    deleteContainer: async (owner, name) => void (await ask('delete', owner, name)),
    lock: async (store) => void (await ask('lock', store)),
    access: (name) => ask('access', name),
    async addUnrelated(owner, store, der) {
      await putFile(machine, 'C:\\unrelated.cer', der);
      await ask('add', owner, store, 'C:\\unrelated.cer');
    },
  };
}

function readLine(line: string): SeenCertificate {
  const [thumbprint = '', friendlyName = '', container = '', provider = '', providerType = '', ...rest] =
    line.split('|');
  const [keySet = '', key = '', exportable = ''] = rest;
  return { thumbprint, friendlyName, container, provider, providerType, keySet, key, exportable };
}
