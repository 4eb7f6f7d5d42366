const shownNames = 20;

/** A name and all names above it, the longest first: the zones a record may lie in. */
export function possibleZones(name: string): readonly string[] {
  const labels = name.split('.');
  return labels.map((_, index) => labels.slice(index).join('.'));
}

/** The zones with the longest name in which a record may lie; several can have the same name. */
export function longestZones<Zone extends { readonly name: string }>(
  zones: readonly Zone[],
  recordName: string,
): readonly Zone[] {
  for (const name of possibleZones(recordName)) {
    const found = zones.filter((zone) => zone.name === name);
    if (found.length > 0) return found;
  }
  return [];
}

/** Names for a message: the first ones, and how many more there are. */
export function namesText(names: readonly string[], total = names.length): string {
  const shown = names.slice(0, shownNames);
  if (shown.length === 0) return 'none';
  const more = Math.max(total, names.length) - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
