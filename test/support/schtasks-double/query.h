#ifndef QUERY_H
#define QUERY_H

#include "options.h"

/* Prints one task, or all of them without a path; gives back the HRESULT. */
unsigned query(const Options *options, const wchar_t *path);

#endif
