#include "task-xml.h"

#include <stdlib.h>
#include <wchar.h>

const Node *child_named(const Node *parent, const wchar_t *name)
{
    for (const Node *child = parent->first; child; child = child->next)
        if (wcscmp(child->name, name) == 0) return child;
    return NULL;
}

/* The deepest existing element on a path; what is missing of the path is left in `rest`. */
static const Node *deepest(const Node *root, const wchar_t *path, const wchar_t **rest)
{
    const Node *node = root;
    for (; *path; path += *path == L'/') {
        wchar_t name[80] = L"";
        size_t length = wcscspn(path, L"/");
        wcsncpy(name, path, length);
        const Node *child = child_named(node, name);
        if (!child) break;
        node = child;
        path += length;
    }
    *rest = path;
    return node;
}

const wchar_t *element_text(const Node *root, const wchar_t *path)
{
    const wchar_t *rest;
    const Node *node = deepest(root, path, &rest);
    return *rest ? NULL : node->text;
}

static void append_escaped(wchar_t *out, const wchar_t *value)
{
    for (; *value; value++) {
        const wchar_t *escaped = *value == L'&' ? L"&amp;" : *value == L'<' ? L"&lt;" : *value == L'>' ? L"&gt;" : NULL;
        if (escaped) wcscat(out, escaped);
        else wcsncat(out, value, 1);
    }
}

/* `<a><b>value</b></a>` for the path a/b; the bare value for an empty one. */
static void append_elements(wchar_t *out, const wchar_t *path, const wchar_t *value)
{
    if (!*path) {
        append_escaped(out, value);
        return;
    }
    int length = (int)wcscspn(path, L"/");
    wchar_t tag[100];
    swprintf(tag, 100, L"<%.*ls>", length, path);
    wcscat(out, tag);
    append_elements(out, path + length + (path[length] == L'/'), value);
    swprintf(tag, 100, L"</%.*ls>", length, path);
    wcscat(out, tag);
}

wchar_t *with_element(const wchar_t *text, const wchar_t *path, const wchar_t *value)
{
    XmlError error;
    const wchar_t *rest;
    const Node *node = deepest(parse_xml(text, &error), path, &rest);
    size_t size = wcslen(text) + 6 * wcslen(value) + 4 * wcslen(path) + 100;
    wchar_t *out = calloc(size, sizeof *out);
    /* What exists is replaced; what is missing goes first into its parent. */
    size_t from = node->content, to = *rest ? node->content : node->content_end;
    if (node->empty_tag) {
        int name_length = (int)wcscspn(text + node->start + 1, L" \t\r\n/>");
        wcsncat(out, text, node->end - 2);
        wcscat(out, L">");
        append_elements(out, rest, value);
        swprintf(out + wcslen(out), (size_t)name_length + 4, L"</%.*ls>", name_length, text + node->start + 1);
    } else {
        wcsncat(out, text, from);
        append_elements(out, rest, value);
    }
    return wcscat(out, text + to);
}
