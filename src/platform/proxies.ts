import type { Log } from '../core/ports.ts';
import { type NamedProxy, proxyFor } from './system-proxy-list.ts';

/** Variables as Node's HTTP agents read them; an empty object asks everything directly. */
export type ProxyVariables = Readonly<NodeJS.ProcessEnv>;

/** Finds the proxy for each address. */
export interface ProxyChooser {
  /** MUST be quick for an address of the same host as before; every wait is bounded. */
  choose(url: URL): Promise<ProxyVariables>;
}

/** What the settings say about proxies. */
export interface ProxyWish {
  /** `[System]`, `[WinHttp]`, `[WinInet]`, empty for none, or an address `http://host:port`. */
  readonly url: string;
  readonly userName?: string;
  /** Secret. */
  readonly password?: string;
}

/** Proxy configuration of Windows. */
export interface SystemProxies {
  /** Of the machine: `netsh winhttp set proxy`. */
  winHttp(): NamedProxy | undefined;
  /** Of the user, whose automatic configuration (WPAD, PAC) is followed; blocks a few seconds at most. */
  winInet(url: URL): NamedProxy | undefined;
}

/** What choosing needs. */
export interface ProxyServices {
  readonly env: ProxyVariables;
  /** Undefined elsewhere than on Windows. */
  readonly system: SystemProxies | undefined;
  readonly log: Log;
}

const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'];

/**
 * The proxy that the settings name; else, with `[System]`, that of the environment (`HTTPS_PROXY`, `HTTP_PROXY`,
 * `NO_PROXY`), of the machine (WinHTTP), or of the user (WinINET), the first one there is.
 */
export function createProxyChooser(wish: ProxyWish, services: ProxyServices): ProxyChooser {
  const chosen = new Map<string, Promise<ProxyVariables>>();
  return {
    choose(url) {
      const known = chosen.get(url.origin);
      if (known !== undefined) return known;
      const found = find(url, wish, services);
      chosen.set(url.origin, found);
      return found;
    },
  };
}

async function find(url: URL, wish: ProxyWish, { env, system, log }: ProxyServices): Promise<ProxyVariables> {
  const kind = wish.url.toLowerCase();
  if (kind === '') return {};
  if (!kind.startsWith('[')) return variables(wish.url, wish);
  if (kind === '[system]' && names.some((name) => (env[name] ?? '') !== '')) return env;
  const address = system === undefined ? undefined : ofSystem(url, kind, system);
  if (address === undefined) return {};
  log.verbose(`${url.origin} is asked through the proxy ${address}`);
  return variables(address, wish);
}

function ofSystem(url: URL, kind: string, system: SystemProxies): string | undefined {
  const machine = kind === '[wininet]' ? undefined : system.winHttp();
  if (machine !== undefined) return proxyFor(url, machine);
  const user = kind === '[winhttp]' ? undefined : system.winInet(url);
  return user === undefined ? undefined : proxyFor(url, user);
}

function variables(address: string, { userName, password }: ProxyWish): ProxyVariables {
  const url = new URL(address);
  if (userName !== undefined && userName !== '') {
    url.username = encodeURIComponent(userName);
    url.password = encodeURIComponent(password ?? '');
  }
  return { HTTPS_PROXY: url.href, HTTP_PROXY: url.href };
}
