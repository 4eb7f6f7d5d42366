/** The 4 or 16 octets of an address in text form (RFC 4291 section 2.2). @throws TypeError when it is no address. */
export function addressOctets(address: string): readonly number[] {
  if (!address.includes(':')) return address.split('.').map(Number);
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [before = [], after = []] = canonical.split('::').map(groupsOf);
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

/**
 * The name of an address in the reverse zones: `1.2.0.192.in-addr.arpa` (RFC 1035 section 3.5), 32 digits and
 * `ip6.arpa` (RFC 3596 section 2.5). Lower case, no final dot.
 */
export function reverseName(address: string): string {
  const octets = addressOctets(address);
  if (octets.length === 4) return `${octets.toReversed().join('.')}.in-addr.arpa`;
  const digits = octets.map((octet) => octet.toString(16).padStart(2, '0')).join('');
  return `${[...digits].reverse().join('.')}.ip6.arpa`;
}

function groupsOf(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
