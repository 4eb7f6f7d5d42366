/** Whether a command line is one of `--check`, however wrong the rest of it may be. */
export function asksForCheck(argv: readonly string[]): boolean {
  return argv.some((text) => /^([-\u2010-\u2015\u2212]{1,2}|\/)check([=:]true)?$/i.test(text));
}
