#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <wchar.h>

/* Texts are NULL when not given. */
typedef struct {
    const char *verb;
    const wchar_t *tn, *xml, *ru, *rp, *fo;
    bool query_xml, force, hresult, verbose, no_header, enable, disable, help;
    const wchar_t *offending; /* what was wrong with the command line */
    bool needs_xml;           /* /Create by switches, which the double does not do */
} Options;

/* False when schtasks.exe would call it a syntax error. */
bool parse_options(int argc, wchar_t **argv, Options *options);

#endif
