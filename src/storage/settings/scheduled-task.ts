import * as v from 'valibot';
import { optionalSetting, setting, timeSpan, wholeNumber } from './values.ts';

/** Settings `ScheduledTask`: when renewals are due and how the task starts. */
export const scheduledTaskSettings = v.object({
  RenewalDays: optionalSetting(
    wholeNumber(1, 3650),
    'days after issuance at which a certificate is renewed, in place of the fraction of its lifetime',
    { scope: 'renewal' },
  ),
  StartBoundary: setting(timeSpan, '09:00:00', 'time of day at which the task starts'),
  RandomDelay: setting(timeSpan, '04:00:00', 'longest random delay after that'),
  ExecutionTimeLimit: setting(timeSpan, '02:00:00', 'time after which Windows ends the task'),
  CommandTimeout: setting(wholeNumber(1, 300), 60, 'seconds for one call of schtasks.exe'),
});
