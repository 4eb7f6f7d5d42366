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
  /** SYSTEM with the highest run level unless told. */
  readonly principal?: TaskPrincipal;
}

/** The account a task runs as, in the words of the task schema. */
export interface TaskPrincipal {
  /** SID or name; empty when a group is meant. */
  readonly userId: string;
  readonly groupId: string;
  /** Empty when the document names none, as for service accounts. */
  readonly logonType: string;
  readonly runLevel: string;
}

/** What is known of a registered task after comparing it with the wish. */
export interface TaskHealth {
  readonly name: string;
  readonly state: 'healthy' | 'missing' | 'unhealthy';
  /** One sentence per difference. */
  readonly problems: readonly string[];
  /** What an administrator chose otherwise than the settings say, a sentence each; no problem. */
  readonly notes: readonly string[];
}

/** What registering did. */
export interface TaskRegistration {
  readonly name: string;
  /** The wish with the administrator's choices that were kept. */
  readonly registered: TaskDefinition;
  readonly xml: string;
  readonly replaced: boolean;
  /** What reading back showed. Unhealthy when a choice of the administrator that was kept is in the way. */
  readonly health: TaskHealth;
}

/** How a task is registered. */
export interface RegisterOptions {
  /** Replaces a task of somebody else, and an administrator's own start time, random delay and account. */
  readonly force?: boolean;
}

/**
 * The system's task scheduler. Implementations MUST leave the old task untouched when a registration fails, MUST read
 * back what was registered, and throw `WacsError` with one of the Task codes, or UnsupportedPlatform off Windows.
 */
export interface TaskScheduler {
  /**
   * Creates or repairs a task. An existing one keeps the administrator's start time, random delay and account unless
   * forced. @throws WacsError TaskUnhealthy also for a task of that name that starts something else.
   */
  register(definition: TaskDefinition, options?: RegisterOptions): Promise<TaskRegistration>;
  /** Compares with the wish, an administrator's own start time, random delay and account aside. */
  check(definition: TaskDefinition): Promise<TaskHealth>;
  /** True when a task was removed, false when there was none. */
  remove(name: string): Promise<boolean>;
  /** The XML that would be registered. */
  describe(definition: TaskDefinition): Promise<string>;
}
