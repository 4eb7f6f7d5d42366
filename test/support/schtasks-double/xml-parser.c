#include "task-xml.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

typedef struct {
    const wchar_t *text;
    size_t at;
    XmlError *error;
} Parser;

static Node *parse_element(Parser *parser, int depth);

static wchar_t *copy_of(const wchar_t *from, size_t length)
{
    wchar_t *copy = calloc(length + 1, sizeof *copy);
    wmemcpy(copy, from, length);
    return copy;
}

bool fail_at(XmlError *error, const wchar_t *text, size_t position, unsigned code)
{
    memset(error, 0, sizeof *error);
    error->code = code;
    error->line = error->column = 1;
    for (size_t i = 0; i < position && text[i]; i++) {
        error->column++;
        if (text[i] == L'\n') error->line++, error->column = 1;
    }
    return false;
}

static bool malformed(Parser *parser, const wchar_t *reason)
{
    fail_at(parser->error, parser->text, parser->at + 1, MALFORMED_XML);
    wcscpy(parser->error->value, reason);
    return false;
}

static bool syntax_error(Parser *parser)
{
    return malformed(parser, L"incorrect document syntax");
}

wchar_t *decode_task_file(const unsigned char *bytes, size_t length)
{
    if (length >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE)
        return copy_of((const wchar_t *)(bytes + 2), (length - 2) / sizeof(wchar_t));
    int size = MultiByteToWideChar(CP_ACP, 0, (const char *)bytes, (int)length, NULL, 0);
    wchar_t *text = calloc((size_t)size + 1, sizeof *text);
    MultiByteToWideChar(CP_ACP, 0, (const char *)bytes, (int)length, text, size);
    for (int i = 0; i < size; i++)
        if (!text[i]) text[i] = 1; /* not the end of the text but a character that XML forbids */
    return text;
}

static bool sees(const Parser *parser, const wchar_t *token)
{
    return wcsncmp(parser->text + parser->at, token, wcslen(token)) == 0;
}

static bool take(Parser *parser, const wchar_t *token)
{
    if (!sees(parser, token)) return false;
    parser->at += wcslen(token);
    return true;
}

static void skip_space(Parser *parser)
{
    while (parser->text[parser->at] && wcschr(L" \t\r\n", parser->text[parser->at])) parser->at++;
}

static bool skip_past(Parser *parser, const wchar_t *token)
{
    const wchar_t *found = wcsstr(parser->text + parser->at, token);
    if (!found) return syntax_error(parser);
    parser->at = (size_t)(found - parser->text) + wcslen(token);
    return true;
}

static wchar_t *parse_name(Parser *parser)
{
    size_t start = parser->at;
    for (wchar_t c; (c = parser->text[parser->at]) && (iswalnum(c) || wcschr(L"_:.-", c)); parser->at++) continue;
    wchar_t first = parser->text[start];
    if (parser->at == start || iswdigit(first) || first == L'.' || first == L'-') return NULL;
    return copy_of(parser->text + start, parser->at - start);
}

static bool parse_reference(Parser *parser, wchar_t *out)
{
    static const struct { const wchar_t *name; wchar_t value; } known[] = {
        {L"&amp;", L'&'}, {L"&lt;", L'<'}, {L"&gt;", L'>'}, {L"&quot;", L'"'}, {L"&apos;", L'\''}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (take(parser, known[i].name)) return *out = known[i].value, true;
    if (!take(parser, L"&#")) return syntax_error(parser);
    int base = take(parser, L"x") ? 16 : 10;
    wchar_t *end;
    unsigned long value = wcstoul(parser->text + parser->at, &end, base);
    if (end == parser->text + parser->at || *end != L';' || value == 0 || value > 0xFFFF) return syntax_error(parser);
    parser->at = (size_t)(end - parser->text) + 1;
    *out = (wchar_t)value;
    return true;
}

/* One character of text or of an attribute value. */
static bool parse_character(Parser *parser, wchar_t *out)
{
    wchar_t c = parser->text[parser->at];
    if (c == L'&') return parse_reference(parser, out);
    if (c == L'<' || (c < 0x20 && !(c && wcschr(L"\t\r\n", c)))) return syntax_error(parser);
    *out = c;
    parser->at++;
    return true;
}

static bool parse_attribute(Parser *parser, Node *node)
{
    Attribute *attribute = calloc(1, sizeof *attribute);
    if (!(attribute->name = parse_name(parser))) return syntax_error(parser);
    if (attribute_of(node, attribute->name)) return syntax_error(parser);
    skip_space(parser);
    if (!take(parser, L"=")) return syntax_error(parser);
    skip_space(parser);
    wchar_t quote = parser->text[parser->at];
    if (quote != L'"' && quote != L'\'') return syntax_error(parser);
    parser->at++;
    attribute->value = calloc(wcslen(parser->text + parser->at) + 1, sizeof(wchar_t));
    for (size_t i = 0; parser->text[parser->at] != quote; i++)
        if (!parse_character(parser, &attribute->value[i])) return false;
    parser->at++;
    attribute->next = node->attributes;
    node->attributes = attribute;
    return true;
}

static bool parse_content(Parser *parser, Node *node, int depth)
{
    Node **last = &node->first;
    size_t length = 0;
    while (!sees(parser, L"</")) {
        if (take(parser, L"<!--")) {
            if (!skip_past(parser, L"-->")) return false;
        } else if (take(parser, L"<![CDATA[")) {
            size_t start = parser->at;
            if (!skip_past(parser, L"]]>")) return false;
            size_t size = parser->at - 3 - start;
            wmemcpy(node->text + length, parser->text + start, size);
            length += size;
        } else if (take(parser, L"<?")) {
            if (!skip_past(parser, L"?>")) return false;
        } else if (sees(parser, L"<")) {
            if (!(*last = parse_element(parser, depth + 1))) return false;
            last = &(*last)->next;
        } else if (!parse_character(parser, &node->text[length++])) return false;
    }
    return true;
}

static void split_prefix(Node *node)
{
    wchar_t *colon = wcschr(node->name, L':');
    node->prefix = colon ? copy_of(node->name, (size_t)(colon - node->name)) : L"";
    if (colon) node->name = colon + 1;
}

static Node *parse_element(Parser *parser, int depth)
{
    Node *node = calloc(1, sizeof *node);
    node->start = parser->at;
    wchar_t *name;
    if (depth > 64 || !take(parser, L"<") || !(name = parse_name(parser))) return syntax_error(parser), NULL;
    node->name = name;
    split_prefix(node);
    for (skip_space(parser); !sees(parser, L">") && !sees(parser, L"/>"); skip_space(parser))
        if (!parse_attribute(parser, node)) return NULL;
    node->empty_tag = take(parser, L"/>");
    if (!node->empty_tag) parser->at++;
    node->content = node->content_end = node->end = parser->at;
    const wchar_t *close = wcsstr(parser->text + parser->at, L"</");
    node->text = calloc((close ? wcslen(parser->text + parser->at) : 0) + 1, sizeof(wchar_t));
    if (node->empty_tag) return node;
    if (!close) return syntax_error(parser), NULL;
    if (!parse_content(parser, node, depth)) return NULL;
    node->content_end = parser->at;
    parser->at += 2;
    wchar_t *closing = parse_name(parser);
    skip_space(parser);
    if (!closing || wcscmp(closing, name) != 0 || !take(parser, L">")) return syntax_error(parser), NULL;
    node->end = parser->at;
    return node;
}

static bool parse_declaration(Parser *parser)
{
    if (!take(parser, L"<?xml ")) return true;
    Node holder = {0};
    for (skip_space(parser); !sees(parser, L"?>"); skip_space(parser))
        if (!parse_attribute(parser, &holder)) return false;
    const wchar_t *encoding = attribute_of(&holder, L"encoding");
    /* The text is UTF-16 by now, whatever the file was. */
    if (encoding && _wcsicmp(encoding, L"UTF-16") != 0) return malformed(parser, L"unable to switch the encoding");
    return take(parser, L"?>");
}

static bool skip_misc(Parser *parser)
{
    for (;;) {
        skip_space(parser);
        const wchar_t *end = take(parser, L"<!--") ? L"-->" : take(parser, L"<?") ? L"?>" : NULL;
        if (!end) return true;
        if (!skip_past(parser, end)) return false;
    }
}

Node *parse_xml(const wchar_t *text, XmlError *error)
{
    Parser parser = {text, 0, error};
    if (!parse_declaration(&parser) || !skip_misc(&parser)) return NULL;
    Node *root = parse_element(&parser, 0);
    if (!root || !skip_misc(&parser)) return NULL;
    if (text[parser.at]) return syntax_error(&parser), NULL;
    return root;
}

const wchar_t *attribute_of(const Node *node, const wchar_t *name)
{
    for (const Attribute *attribute = node->attributes; attribute; attribute = attribute->next)
        if (wcscmp(attribute->name, name) == 0) return attribute->value;
    return NULL;
}
