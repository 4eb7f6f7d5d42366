import { getRawPointer } from 'node:ffi';
import { toWacsError } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import type { SystemProxies } from '../proxies.ts';
import type { NamedProxy } from '../system-proxy-list.ts';
import { kernel32 } from './kernel32.ts';
import { lastError, nativeBuffer, wideString, win32Error } from './library.ts';
import { owned } from './owned.ts';
import { wideTextAt } from './wide-text.ts';
import { winhttp } from './winhttp.ts';

/** WINHTTP_ACCESS_TYPE_NO_PROXY and WINHTTP_ACCESS_TYPE_NAMED_PROXY. */
const noProxy = 1;
const namedProxy = 3;
/** WINHTTP_AUTOPROXY_AUTO_DETECT and _CONFIG_URL; WINHTTP_AUTO_DETECT_TYPE_DHCP and _DNS_A. */
const autoDetect = 1;
const configUrl = 2;
const byDhcpAndDns = 3;
/** Each step of fetching an automatic configuration, milliseconds. */
const stepLimitMs = 5_000;
const longestList = 8192;

/** Offsets of x64 and ARM64 in WINHTTP_PROXY_INFO and WINHTTP_CURRENT_USER_IE_PROXY_CONFIG. */
const machine = { accessType: 0, proxy: 8, bypass: 16 };
const user = { autoDetect: 0, configUrl: 8, proxy: 16, bypass: 24 };

/** Proxy configuration of Windows. What cannot be read counts as none, with a line in the log. */
export function createSystemProxies(log: Log): SystemProxies {
  const attempt = <Result>(read: () => Result | undefined): Result | undefined => {
    try {
      return read();
    } catch (error) {
      log.verbose(`${toWacsError(error).message}; asking directly`);
      return undefined;
    }
  };
  return { winHttp: () => attempt(readMachine), winInet: (url) => attempt(() => readUser(url)) };
}

function readMachine(): NamedProxy | undefined {
  const info = nativeBuffer();
  if (winhttp().WinHttpGetDefaultProxyConfiguration(info) === 0)
    throw failure('the proxy of the machine', 'WinHttpGetDefaultProxyConfiguration');
  return readNamed(info);
}

function readUser(url: URL): NamedProxy | undefined {
  const config = nativeBuffer();
  if (winhttp().WinHttpGetIEProxyConfigForCurrentUser(config) === 0)
    throw failure('the proxy of the user', 'WinHttpGetIEProxyConfigForCurrentUser');
  const script = takeText(config, user.configUrl);
  const proxies = takeText(config, user.proxy);
  const bypass = takeText(config, user.bypass);
  if (config.readInt32LE(user.autoDetect) !== 0 || script !== '') {
    const found = byScript(url, script);
    if (found !== undefined) return found;
  }
  return proxies === '' ? undefined : { proxies, bypass };
}

/** The answer of an automatic configuration script; undefined when it says to ask directly, or cannot be had. */
function byScript(url: URL, script: string): NamedProxy | undefined {
  const handle = winhttp().WinHttpOpen(wideString('wacs'), noProxy, 0n, 0n, 0);
  if (handle === 0n) throw failure('the automatic proxy configuration', 'WinHttpOpen');
  using session = owned(handle, (open) => winhttp().WinHttpCloseHandle(open));
  winhttp().WinHttpSetTimeouts(session.handle, stepLimitMs, stepLimitMs, stepLimitMs, stepLimitMs);
  const location = wideString(script);
  const options = nativeBuffer();
  options.writeUInt32LE(script === '' ? autoDetect : configUrl, 0);
  options.writeUInt32LE(script === '' ? byDhcpAndDns : 0, 4);
  options.writeBigUInt64LE(script === '' ? 0n : getRawPointer(location), 8);
  const info = nativeBuffer();
  const found = winhttp().WinHttpGetProxyForUrl(session.handle, wideString(url.href), options, info);
  // Reading the buffer again keeps it referenced until the call has returned.
  if (found === 0 || location.length === 0) return undefined;
  return readNamed(info);
}

function readNamed(info: Buffer): NamedProxy | undefined {
  const proxies = takeText(info, machine.proxy);
  const bypass = takeText(info, machine.bypass);
  const isNamed = info.readUInt32LE(machine.accessType) === namedProxy && proxies !== '';
  return isNamed ? { proxies, bypass } : undefined;
}

/** Copies a text the system has allocated, and frees it. */
function takeText(structure: Buffer, offset: number): string {
  const pointer = structure.readBigUInt64LE(offset);
  if (pointer === 0n) return '';
  const text = wideTextAt(pointer, longestList);
  kernel32().GlobalFree(pointer);
  return text;
}

function failure(what: string, functionName: string) {
  return win32Error(`cannot read ${what}`, functionName, lastError());
}
