/** A proxy configuration in the form of WinHTTP and WinINET. */
export interface NamedProxy {
  /** `proxy:8080`, or by scheme `http=proxy:80;https=proxy:443`; separated by semicolons or blanks. */
  readonly proxies: string;
  /** Hosts asked directly: names with `*`, addresses, and `<local>` for names without a dot. */
  readonly bypass: string;
}

/** Address of the proxy for a URL, such as `http://proxy:8080`; undefined when it is to be asked directly. */
export function proxyFor(url: URL, { proxies, bypass }: NamedProxy): string | undefined {
  if (isBypassed(url, bypass)) return undefined;
  const scheme = url.protocol.slice(0, -1);
  const entries = proxies.split(/[;\s]+/).filter(Boolean);
  const own = entries.find((entry) => entry.toLowerCase().startsWith(`${scheme}=`))?.slice(scheme.length + 1);
  const shared = entries.find((entry) => !entry.includes('='));
  return toAddress(own ?? shared);
}

/** WinHTTP and WinINET speak HTTP to the proxy, also for https; SOCKS entries are of no use here. */
function toAddress(entry: string | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const url = URL.parse(/^[a-z]+:\/\//i.test(entry) ? entry : `http://${entry}`);
  return url === null || url.protocol !== 'http:' ? undefined : url.origin;
}

function isBypassed({ hostname, port, protocol }: URL, bypass: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const actualPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return bypass
    .toLowerCase()
    .split(/[;\s]+/)
    .filter(Boolean)
    .some((entry) => matches(entry.replace(/^[a-z]+:\/\//, ''), host, actualPort));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '<local>') return !host.includes('.') && !host.includes(':');
  const [, pattern = '', wantedPort] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const expression = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${expression}$`).test(host);
}
