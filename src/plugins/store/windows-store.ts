import type { KeyGrant, StoreOwner, StorePlace } from '../../core/certificate-store.ts';
import { WacsError } from '../../core/errors.ts';
import type { PluginServices, StorePlugin } from '../../core/plugin.ts';

/** What a renewal asks of a certificate store of Windows. */
export interface WindowsStoreWish {
  /** Name of the plugin. */
  readonly plugin: string;
  readonly owner: StoreOwner;
  /** Name of the store, such as `My`. */
  readonly storeName: () => Promise<string>;
  /** Leave replaced certificates where they are. */
  readonly keepExisting: boolean;
  readonly grants: readonly KeyGrant[];
}

type Services = Pick<PluginServices, 'certificateStore' | 'clock' | 'log' | 'defaults'>;

const locations: Readonly<Record<StoreOwner, string>> = { machine: 'LocalMachine', user: 'CurrentUser' };

/** A store plugin that keeps certificates, their keys and their chains where Windows programs look for them. */
export function createWindowsStore(wish: WindowsStoreWish, services: Services): StorePlugin {
  const { owner, grants, keepExisting } = wish;
  const { certificateStore: windows, log, defaults } = services;
  const openPlace = async (): Promise<StorePlace> => ({ owner, name: await wish.storeName() });
  return {
    needsPrivateKey: true,
    async check() {
      await windows.check(await openPlace(), grants);
    },
    async save(certificate) {
      const place = await openPlace();
      const { thumbprint } = certificate.info;
      const before = await windows.find(place, thumbprint);
      const friendlyName = nameFor(certificate.friendlyName, before?.friendlyName, services);
      // First, so that the certificate has its chain from the moment it appears.
      await windows.addIntermediates(owner, certificate.chainPem);
      const { exportable, preferCng } = defaults.certificateStore;
      await windows.add(place, { certificate, friendlyName, exportable, preferCng, grants });
      await verify(place, thumbprint, services);
      return { plugin: wish.plugin, path: place.name, items: [`${nameOf(place)}\\${thumbprint}`] };
    },
    ...(keepExisting ? {} : { retire }),
  };

  async function retire(thumbprint: string): Promise<void> {
    const place = await openPlace();
    const removed = await windows.remove(place, thumbprint);
    if (removed) log.info(`removed the replaced certificate ${thumbprint} from ${nameOf(place)}`);
  }
}

function nameOf({ owner, name }: StorePlace): string {
  return `${locations[owner]}\\${name}`;
}

/** What Windows says about its own success is not enough: the certificate is looked up, and its key tried. */
async function verify(place: StorePlace, thumbprint: string, { certificateStore }: Services): Promise<void> {
  const found = await certificateStore.find(place, thumbprint);
  const problem = found === undefined ? 'it is not there' : found.keyProblem;
  if (problem === undefined) return;
  throw new WacsError('StoreError', `${thumbprint} was added to ${nameOf(place)}, and ${problem}`, {
    hint: 'The certificate it replaces is still in place. Run with --verbose, and look at the store with certlm.msc or certutil.',
  });
}

/** Repeated with the same certificate, its name stays what it was. */
function nameFor(friendlyName: string, before: string | undefined, { clock, defaults }: Services): string {
  if (!defaults.certificateStore.dateInName) return friendlyName;
  const start = `${friendlyName} @ `;
  return before?.startsWith(start) ? before : start + shownDate(clock.now());
}

/** Local time in win-acme's format `yyyy/M/d H:mm:ss`. */
function shownDate(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].join('/');
  return `${day} ${date.getHours()}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
