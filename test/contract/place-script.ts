import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A script of the administrator, and where it puts things. */
export interface PlaceScript {
  readonly path: string;
  /** Folder with a folder for each TXT record, in it a file for each value; and the web site with its challenges. */
  readonly place: string;
  /** From now on it fails when it is to put something there. */
  block(): void;
}

/** A shell script that answers both challenges as win-acme's defaults ask it to. */
export function createPlaceScript(folder: string): PlaceScript {
  const path = join(folder, 'put it.sh');
  const place = join(folder, 'place');
  mkdirSync(place);
  const text = `#!/bin/sh
set -e
cd "$(dirname "$0")/place"
case "$1" in
  create|prepare) [ ! -e ../blocked ] ;;
esac
case "$1" in
  create) mkdir -p "$3"; : > "$3/$4" ;;
  delete) rm -f "$3/$4"; rmdir "$3" 2>/dev/null || : ;;
  prepare) printf %s "$4" > "./$(basename "$3")" ;;
  cleanup) rm -f "./$(basename "$3")" ;;
esac
`;
  writeFileSync(path, text, { mode: 0o755 });
  return { path, place, block: () => writeFileSync(join(folder, 'blocked'), '') };
}
