import { BuildError } from './project.mjs';

/**
 * What the program never reaches of acme-client, and what stands there instead: its transport (src/acme/session.ts puts
 * another in its place), its older cryptography on node-forge, and the packages its requests and certificates are made
 * with (src/crypto makes both). With all that these bring they are nine tenths of the package: 8 MB of memory in every
 * run that talks to a CA.
 * @type {readonly { readonly path: RegExp, readonly instead: string }[]}
 */
const unused = [
  { path: /[\\/]acme-client[\\/]src[\\/]axios\.js$/, instead: '{}' },
  { path: /[\\/]acme-client[\\/]src[\\/]crypto[\\/]forge\.js$/, instead: '{}' },
  { path: /[\\/]acme-client[\\/]src[\\/](?:auto|verify)\.js$/, instead: '{}' },
  { path: /[\\/]asn1js[\\/]build[\\/]index\.js$/, instead: '{}' },
  // Told which cryptography to use at once, before anybody wants a certificate.
  { path: /[\\/]@peculiar[\\/]x509[\\/]build[\\/]x509\.cjs\.js$/, instead: '{ cryptoProvider: { set() {} } }' },
];

/** Leaves those parts out of the bundle; what would use them fails at once. @type {import('esbuild').Plugin} */
export const unusedParts = {
  name: 'unused-parts',
  setup(build) {
    const found = new Set();
    for (const { path, instead } of unused) {
      build.onLoad({ filter: path }, () => {
        found.add(path);
        return { contents: `module.exports = ${instead};`, loader: 'js' };
      });
    }
    build.onEnd(() => {
      if (found.size !== unused.length)
        throw new BuildError('acme-client is laid out in another way', 'correct .build/unused-parts.mjs');
    });
  },
};
