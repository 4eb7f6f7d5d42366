/** Any JSON value, as it stands in a state file. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object; unknown fields are kept when a state file is rewritten. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}
