import { Data, NtExecutable, NtExecutableResource, Resource } from 'resedit';
import { drawIcon } from './icon.mjs';
import { BuildError } from './project.mjs';

/** Resource types of Windows (winuser.h): RT_ICON, RT_GROUP_ICON, RT_VERSION. */
const replacedTypes = [3, 14, 16];
const manifestType = 24;

/** US English, and Unicode as Windows counts code pages. */
const english = { lang: 0x0409, codepage: 1200 };

/** Lets paths be longer than 260 characters where the system's policy allows it. */
const longPaths = `<application xmlns="urn:schemas-microsoft-com:asm.v3"><windowsSettings>
<longPathAware xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">true</longPathAware>
</windowsSettings></application>`;

/**
 * Makes node.exe a base for wacs.exe: without Node's signature (which would no longer be true),
 * with our icon and version information.
 * @param {Uint8Array} node
 * @param {string} version
 * @returns {Uint8Array}
 */
export function brandExecutable(node, version) {
  const executable = NtExecutable.from(node, { ignoreCert: true });
  const resources = NtExecutableResource.from(executable);
  resources.entries = resources.entries.filter(({ type }) => !replacedTypes.includes(Number(type)));
  const icons = drawIcon().map(({ size, png }) => Data.RawIconItem.from(png, size, size, 32));
  Resource.IconGroupEntry.replaceIconsForResource(resources.entries, 1, english.lang, icons);
  versionInformation(version).outputToResourceEntries(resources.entries);
  allowLongPaths(resources.entries);
  resources.outputResource(executable);
  return new Uint8Array(executable.generate());
}

/**
 * Reads a finished executable back and fails unless it is what the build meant to make.
 * @param {Uint8Array} bytes
 * @param {string} version
 */
export function verifyExecutable(bytes, version) {
  const { entries } = NtExecutableResource.from(NtExecutable.from(bytes));
  const information = Resource.VersionInfo.fromEntries(entries);
  const strings = information[0]?.getStringValues(english);
  const icons = Resource.IconGroupEntry.fromEntries(entries);
  const program = entries.some(({ type, id }) => Number(type) === 10 && id === 'NODE_SEA_BLOB');
  const sound = information.length === 1 && strings?.ProductName === 'wacs' && strings.ProductVersion === version;
  if (sound && icons.length === 1 && program) return;
  throw new BuildError(
    `the executable is not as it should be: ${JSON.stringify({ strings, icons: icons.length, program })}`,
    'have resedit, pkg or postject changed? they must match package-lock.json',
  );
}

/**
 * @param {string} version x.y.z, perhaps with -something behind
 * @returns {Resource.VersionInfo}
 */
function versionInformation(version) {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.+-]/, 3).map(Number);
  const information = Resource.VersionInfo.create(
    english.lang,
    { fileFlagsMask: 0x3f, fileOS: 0x40004, fileType: 1 },
    [],
  );
  information.setFileVersion(major, minor, patch, 0, english.lang);
  information.setProductVersion(major, minor, patch, 0, english.lang);
  information.setStringValues(english, {
    FileDescription: 'wacs - ACME client for Windows',
    ProductName: 'wacs',
    InternalName: 'wacs',
    OriginalFilename: 'wacs.exe',
    ProductVersion: version,
    LegalCopyright: 'Contains Node.js, copyright Node.js contributors, MIT license',
  });
  return information;
}

/** @param {import('pe-library').Type.ResourceEntry[]} entries */
function allowLongPaths(entries) {
  const manifest = entries.find(({ type }) => Number(type) === manifestType);
  const text = manifest && Buffer.from(manifest.bin).toString('utf8');
  if (!manifest || !text?.includes('</assembly>')) {
    throw new BuildError('node.exe has no manifest that could be completed', 'has Node changed its manifest?');
  }
  const completed = Buffer.from(text.replace('</assembly>', `${longPaths}</assembly>`));
  manifest.bin = new Uint8Array(completed).buffer;
}
