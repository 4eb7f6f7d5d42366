import * as v from 'valibot';

/** A whole number within bounds. */
export const wholeNumber = (min: number, max: number) =>
  v.pipe(
    v.number(),
    v.integer(),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  );

/** A time span `HH:mm:ss`, as win-acme writes it. */
export const timeSpan = v.pipe(
  v.string(),
  v.regex(/^([01]?\d|2[0-3]):[0-5]\d:[0-5]\d$/, 'must be hours, minutes and seconds, such as 09:00:00'),
);

/** A text, or `null` as win-acme writes what is not set. */
export const textOrNull = v.optional(v.nullable(v.string()), null);
