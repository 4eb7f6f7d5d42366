/** The wished scheduled task, independent of its XML form. Times of day are local `HH:mm:ss`. */
export interface TaskDefinition {
  /** Name in the root folder, without the leading backslash. */
  readonly name: string;
  readonly command: string;
  readonly arguments: string;
  readonly workingDirectory: string;
  readonly description: string;
  /** Local time of day `HH:mm:ss`. */
  readonly startTime: string;
  /** Upper bound of the random delay, seconds. */
  readonly randomDelaySeconds: number;
  /** Seconds after which the service ends the task. */
  readonly executionTimeLimitSeconds: number;
  /** Repeats inside the day, seconds; undefined = once a day. */
  readonly repetitionSeconds?: number;
}

/** What is known of a registered task after comparing it with the wish. */
export interface TaskHealth {
  readonly name: string;
  readonly state: 'healthy' | 'missing' | 'unhealthy';
  /** One sentence per difference. */
  readonly problems: readonly string[];
}

/** What registering did. */
export interface TaskRegistration {
  readonly name: string;
  readonly xml: string;
  readonly replaced: boolean;
}

/**
 * The system's task scheduler. Implementations MUST leave the old task untouched when a registration fails, MUST read
 * back what was registered, and throw `WacsError` with one of the Task codes, or UnsupportedPlatform off Windows.
 */
export interface TaskScheduler {
  register(definition: TaskDefinition): Promise<TaskRegistration>;
  check(definition: TaskDefinition): Promise<TaskHealth>;
  /** True when a task was removed, false when there was none. */
  remove(name: string): Promise<boolean>;
  /** The XML that would be registered. */
  describe(definition: TaskDefinition): Promise<string>;
}
