/**
 * Runs as a process of its own, because pkg keeps its cache in the user's home folder, changes the working directory,
 * and injects in one long synchronous piece that only another process can put an end to.
 * Arguments: the bundle, the executable to write, the version of Node.
 */
import { createRequire } from 'node:module';
import { execArgv } from './exec-argv.mjs';

/** The command line of pkg cannot pass a SEA configuration; its module can. */
const { default: sea } = createRequire(import.meta.url)('@yao-pkg/pkg/lib-es5/sea.js');
const [bundle, output, nodeVersion] = process.argv.slice(2);

await sea(bundle, {
  targets: [{ platform: 'win', arch: 'x64', nodeRange: `node${nodeVersion}`, output }],
  seaConfig: {
    // Without this, NODE_OPTIONS could load anybody's code into a program that runs as SYSTEM.
    execArgvExtension: 'none',
    execArgv,
  },
});
