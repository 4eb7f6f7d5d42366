import * as v from 'valibot';
import { optionalSetting, setting, timeSpan, wholeNumber } from './values.ts';

/** Settings `ScheduledTask`: when renewals are due and how the task starts. */
export const scheduledTaskSettings = v.object({
  RenewalDays: optionalSetting(
    wholeNumber(1, 3650),
    'days after issuance at which a certificate is renewed, in place of the fraction of its lifetime',
    { scope: 'renewal' },
  ),
  RenewalDaysRange: optionalSetting(
    wholeNumber(0, 3650),
    'each certificate is due at a moment of its own within so many days before that',
    { scope: 'renewal' },
  ),
  RenewalMinimumValidDays: optionalSetting(
    wholeNumber(0, 3650),
    "days that must be left of a certificate when it is renewed, whatever the CA's window says",
    { scope: 'renewal', defaultText: '7, less for short lifetimes' },
  ),
  RenewalDisableServerSchedule: setting(
    v.boolean(),
    false,
    'do not ask the CA when it wants certificates renewed (RFC 9773)',
    { scope: 'renewal' },
  ),
  StartBoundary: setting(timeSpan, '09:00:00', 'time of day at which the task starts'),
  RandomDelay: setting(timeSpan, '04:00:00', 'longest random delay after that'),
  ExecutionTimeLimit: setting(timeSpan, '02:00:00', 'time after which Windows ends the task'),
  CommandTimeout: setting(wholeNumber(1, 300), 60, 'seconds for one call of schtasks.exe'),
});
