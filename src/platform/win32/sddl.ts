/** An entry of an access list that allows something. */
export interface AllowedAccess {
  /** SID, or its two-letter alias. */
  readonly sid: string;
  /** Access mask with generic rights mapped to those of files. */
  readonly mask: number;
  /** For what is made below only, not for the object itself. */
  readonly inheritOnly: boolean;
}

/** Owner and access list of a file or folder. */
export interface FileSecurity {
  readonly owner: string;
  /** Undefined without a list, which lets everybody do everything. */
  readonly allowed: readonly AllowedAccess[] | undefined;
}

/** Access rights of files and folders (MS-DTYP section 2.4.3, MS-SMB2 section 2.2.13.1). */
export const fileRights = {
  /** Read data out of a file; list a folder. */
  readData: 0x1,
  /** Write data into a file; make files in a folder. */
  writeData: 0x2,
  /** Append to a file; make folders in a folder. */
  appendData: 0x4,
  /** Delete or rename whatever is in a folder. */
  deleteChild: 0x40,
  delete: 0x1_0000,
  writeDac: 0x4_0000,
  writeOwner: 0x8_0000,
} as const;

/** Rights by their SDDL name (MS-DTYP section 2.5.1.1), generic ones as files map them. */
const rightsByName: Readonly<Record<string, number>> = {
  GA: 0x1f_01ff,
  GR: 0x12_0089,
  GW: 0x12_0116,
  GX: 0x12_00a0,
  FA: 0x1f_01ff,
  FR: 0x12_0089,
  FW: 0x12_0116,
  FX: 0x12_00a0,
  RC: 0x2_0000,
  SD: 0x1_0000,
  WD: 0x4_0000,
  WO: 0x8_0000,
  KA: 0xf_003f,
  KR: 0x2_0019,
  CC: 0x1,
  DC: 0x2,
  LC: 0x4,
  SW: 0x8,
  RP: 0x10,
  WP: 0x20,
  DT: 0x40,
  LO: 0x80,
  CR: 0x100,
};

const genericBits: readonly (readonly [bit: number, mask: number])[] = [
  [0x1000_0000, 0x1f_01ff],
  [0x8000_0000, 0x12_0089],
  [0x4000_0000, 0x12_0116],
  [0x2000_0000, 0x12_00a0],
];

/** Owner, group if shown, flags of the access list, its entries. */
const descriptor = /^O:(S-1-[\d-]+|[A-Z]{2})(?:G:(?:S-1-[\d-]+|[A-Z]{2}))?(?:D:([A-Z_]*)((?:\(.*\))?))?$/s;

const allowTypes: ReadonlySet<string> = new Set(['A', 'OA', 'XA', 'ZA']);

/**
 * Reads a security descriptor of a file in the security descriptor definition language (MS-DTYP section 2.5.1). Only
 * owner and allowing entries count: what a denying entry takes away is nothing to rely on.
 * @throws RangeError when the text is no such descriptor.
 */
export function parseFileSddl(sddl: string): FileSecurity {
  const [whole, owner, flags, list = ''] = descriptor.exec(sddl) ?? [];
  if (whole === undefined || owner === undefined) throw new RangeError(`"${sddl}" is no owner with an access list`);
  if (flags === undefined || flags.includes('NO_ACCESS_CONTROL')) return { owner, allowed: undefined };
  return { owner, allowed: entriesOf(list).flatMap(readEntry) };
}

/**
 * Reads an access list alone, such as that of a private key, which has the rights of files.
 * @returns what it allows; undefined without a list, which lets everybody do everything
 * @throws RangeError when the text is no such list.
 */
export function parseDacl(sddl: string): readonly AllowedAccess[] | undefined {
  return parseFileSddl(`O:BA${sddl}`).allowed;
}

/** Texts between outer parentheses; conditions have parentheses of their own. */
function entriesOf(list: string): readonly string[] {
  const entries: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < list.length; index += 1) {
    if (list[index] === '(' && ++depth === 1) start = index + 1;
    if (list[index] === ')' && --depth === 0) entries.push(list.slice(start, index));
  }
  return entries;
}

function readEntry(entry: string): readonly AllowedAccess[] {
  const [type = '', flags = '', rights = '', , , sid = ''] = entry.split(';');
  if (!allowTypes.has(type)) return [];
  if (!/^(?:S-1-[\d-]+|[A-Z]{2})$/.test(sid)) throw new RangeError(`no account in "${entry}"`);
  const each: readonly string[] = flags.match(/../g) ?? [];
  return [{ sid, mask: readRights(rights), inheritOnly: each.includes('IO') }];
}

function readRights(text: string): number {
  if (/^0x[\dA-Fa-f]+$/.test(text) || /^\d+$/.test(text)) return mapGeneric(Number(text));
  const names = text.match(/../g) ?? [];
  return names.reduce((mask, name) => {
    const right = rightsByName[name];
    if (right === undefined || text.length % 2 !== 0) throw new RangeError(`unknown rights "${text}"`);
    return mask | right;
  }, 0);
}

function mapGeneric(mask: number): number {
  return genericBits.reduce((mapped, [bit, rights]) => ((mask & bit) === 0 ? mapped : mapped | rights), mask);
}
