import * as v from 'valibot';
import { timeSpan, wholeNumber } from './values.ts';

/** Settings `ScheduledTask`: when renewals are due and how the task starts; `CommandTimeout` in seconds. */
export const scheduledTaskSettings = v.looseObject({
  RenewalDays: v.optional(v.nullable(wholeNumber(1, 3650)), null),
  StartBoundary: v.optional(timeSpan, '09:00:00'),
  RandomDelay: v.optional(timeSpan, '04:00:00'),
  ExecutionTimeLimit: v.optional(timeSpan, '02:00:00'),
  CommandTimeout: v.optional(wholeNumber(1, 300), 60),
});
