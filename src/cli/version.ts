/** Put in by the bundler from package.json. */
declare const __WACS_VERSION__: string | undefined;

/** Version of the program; `0.0.0-dev` when it runs from its sources. */
export const version: string = typeof __WACS_VERSION__ === 'string' ? __WACS_VERSION__ : '0.0.0-dev';
