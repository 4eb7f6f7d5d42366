import { BuildError } from './project.mjs';

/**
 * Parts of acme-client that the program never reaches: its transport (src/acme/session.ts puts another in its place)
 * and its older cryptography on node-forge. With axios and all that axios brings they are three quarters of the package.
 */
const unused = /[\\/]acme-client[\\/]src[\\/](?:axios|crypto[\\/]forge)\.js$/;

/** Leaves those parts out of the bundle; a request by the old transport would fail at once. @type {import('esbuild').Plugin} */
export const unusedParts = {
  name: 'unused-parts',
  setup(build) {
    let found = 0;
    build.onLoad({ filter: unused }, () => {
      found += 1;
      return { contents: 'module.exports = {};', loader: 'js' };
    });
    build.onEnd(() => {
      if (found !== 2)
        throw new BuildError('acme-client is laid out in another way', 'correct .build/unused-parts.mjs');
    });
  },
};
