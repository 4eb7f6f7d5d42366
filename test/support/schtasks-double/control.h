/*
 * What a test tells the double: `key=value` lines in the file that the environment variable WACS_SCHTASKS_DOUBLE names,
 * else in C:\schtasks-double.ini. Verbs are create, query, delete, change, run and end; several are separated by commas.
 *
 *   create=0x80070005     the verb fails so, and nothing changes (a success code such as 0x0004131B: done, and so said)
 *   createtimes=2         only the first two calls of the verb since the log began misbehave
 *   hang=create           never ends, and neither does a child it starts
 *   crash=create          dies of 0xC0000005
 *   lie=create            says SUCCESS, stores nothing;  lie=disabled, lie=changed: stores something else
 *   garbage=query         writes noise instead of its output;  empty=query: nothing; the work is done
 *   language=de           en, de or zh: texts in code page 437, 850 or 936
 *   queryencoding=utf8    utf16le-bom (as without it), utf16le, utf8 or oem: bytes of /Query /XML
 *   wrap=tasks            /Query /XML ONE gives a <Tasks> document
 *   run=execute           /Run starts the task's command
 *
 * Every call appends its command line to C:\schtasks-double.log (UTF-8).
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

unsigned char *read_whole_file(const wchar_t *path, size_t *length);
bool write_whole_file(const wchar_t *path, const void *bytes, size_t length);

void log_invocation(void);
void load_control(void);

/* The value of a key, "" without one. */
const char *setting(const char *key);

/* Whether a setting names the verb, and the verb is still to misbehave. */
bool told(const char *key, const char *verb);

/* Whether the verb is to end with a code of the test's choice. */
bool told_code(const char *verb, unsigned *code);

#endif
