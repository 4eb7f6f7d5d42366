/** Something a test tier needs is not to be had on this machine: callers skip, loudly, with `reason`. */
export class EnvironmentUnavailable extends Error {
  /** One line for people: what is missing and why. */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'EnvironmentUnavailable';
    this.reason = reason;
  }
}
