/**
 * Flags of Node and V8 that the executable always runs with. A run waits for the CA most of the time, and 50 certificates
 * make V8 triple its space for young objects without being any faster for it: 10 MB.
 */
export const execArgv = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1'];
