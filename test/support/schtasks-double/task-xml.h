/* Reads, checks and edits task definitions ([MS-TSCH] 2.5). Memory is never freed: the process lives for one call. */
#ifndef TASK_XML_H
#define TASK_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

#define UNEXPECTED_NODE 0x80041316u
#define WRONG_NAMESPACE 0x80041317u
#define INVALID_VALUE 0x80041318u
#define MISSING_NODE 0x80041319u
#define MALFORMED_XML 0x8004131Au
#define TOO_MANY_NODES 0x8004131Du

/* What TASK_XML_ERROR_INFO ([MS-TSCH] 2.3.10) carries; line and column start at 1. */
typedef struct {
    unsigned code;
    int line, column;
    wchar_t node[80];
    wchar_t value[160];
} XmlError;

typedef struct Attribute {
    wchar_t *name, *value;
    struct Attribute *next;
} Attribute;

/* Positions are indices into the text that was parsed. */
typedef struct Node {
    wchar_t *name; /* without its prefix */
    wchar_t *prefix;
    wchar_t *text; /* character data, entities resolved */
    size_t start, content, content_end, end;
    bool empty_tag;
    Attribute *attributes;
    struct Node *first, *next;
} Node;

/* The text schtasks.exe would see in a file: UTF-16LE with a BOM, anything else widened from the ANSI code page. */
wchar_t *decode_task_file(const unsigned char *bytes, size_t length);

/* NULL after filling in the error when the text is not well-formed. */
Node *parse_xml(const wchar_t *text, XmlError *error);

/* Whether the service would register the document; fills in the error when not. */
bool check_task(const wchar_t *text, const Node *root, XmlError *error);

/* Text of the element at a path such as "Settings/Enabled", NULL without one. */
const wchar_t *element_text(const Node *root, const wchar_t *path);

/* The document with the element at a path set to a value, made where it is missing. */
wchar_t *with_element(const wchar_t *text, const wchar_t *path, const wchar_t *value);

const Node *child_named(const Node *parent, const wchar_t *name);
const wchar_t *attribute_of(const Node *node, const wchar_t *name);
bool fail_at(XmlError *error, const wchar_t *text, size_t position, unsigned code);

#endif
