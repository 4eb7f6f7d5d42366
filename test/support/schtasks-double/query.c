#include "query.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "control.h"
#include "messages.h"
#include "task-store.h"
#include "task-xml.h"

static const Options *current;
static wchar_t *document;

static void append(const wchar_t *text)
{
    document = realloc(document, (wcslen(document) + wcslen(text) + 1) * sizeof *document);
    wcscat(document, text);
}

/* The declaration says UTF-16 whatever the bytes are. */
static void write_document(void)
{
    static const unsigned char bom[] = {0xFF, 0xFE};
    const char *encoding = setting("queryencoding");
    if (strcmp(encoding, "utf8") == 0) write_text(STD_OUTPUT_HANDLE, CP_UTF8, document);
    else if (strcmp(encoding, "oem") == 0) write_text(STD_OUTPUT_HANDLE, oem_code_page(), document);
    else {
        if (strcmp(encoding, "utf16le") != 0) write_bytes(STD_OUTPUT_HANDLE, bom, sizeof bom);
        write_bytes(STD_OUTPUT_HANDLE, document, wcslen(document) * sizeof *document);
    }
}

static const wchar_t *without_declaration(const wchar_t *xml)
{
    const wchar_t *end = wcsncmp(xml, L"<?xml", 5) == 0 ? wcsstr(xml, L"?>") : NULL;
    return end ? end + 2 : xml;
}

static void append_task(const wchar_t *path)
{
    append(L"\r\n<!-- ");
    append(path);
    append(L" -->\r\n");
    append(current->xml ? without_declaration(load_task(path)) : load_task(path));
}

static void query_xml(const wchar_t *path)
{
    bool wrapped = current->xml && (!path || strcmp(setting("wrap"), "tasks") == 0);
    document = calloc(1, sizeof *document);
    if (wrapped) append(L"<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n<Tasks>");
    if (!path) each_task(L"", append_task);
    else if (wrapped) append_task(path);
    else append(load_task(path));
    if (wrapped) append(L"\r\n</Tasks>");
    append(L"\r\n");
    write_document();
}

/* Field names are translated, as in the real one. */
static const wchar_t *label(const wchar_t *english, const wchar_t *german)
{
    return strcmp(setting("language"), "de") == 0 ? german : english;
}

static void append_field(const wchar_t *name, const wchar_t *value)
{
    wchar_t line[1200];
    swprintf(line, 1200, L"%-37ls %.1000ls\r\n", name, value ? value : L"N/A");
    append(line);
}

static void append_list(const wchar_t *path, const Node *task, const wchar_t *status)
{
    append(L"\r\n");
    append_field(label(L"HostName:", L"Hostname:"), L"DOUBLE");
    append_field(label(L"TaskName:", L"Aufgabenname:"), path);
    append_field(label(L"Next Run Time:", L"Nächste Laufzeit:"), NULL);
    append_field(label(L"Status:", L"Status:"), status);
    append_field(label(L"Logon Mode:", L"Anmeldemodus:"), label(L"Interactive/Background", L"Interaktiv/Hintergrund"));
    if (!current->verbose) return;
    append_field(label(L"Last Run Time:", L"Letzte Laufzeit:"), L"30.11.1999 00:00:00");
    append_field(label(L"Last Result:", L"Letztes Ergebnis:"), L"267011");
    append_field(label(L"Author:", L"Autor:"), element_text(task, L"RegistrationInfo/Author"));
    append_field(label(L"Task To Run:", L"Auszuführende Aufgabe:"), element_text(task, L"Actions/Exec/Command"));
    append_field(label(L"Start In:", L"Starten in:"), element_text(task, L"Actions/Exec/WorkingDirectory"));
    append_field(label(L"Comment:", L"Kommentar:"), element_text(task, L"RegistrationInfo/Description"));
    append_field(label(L"Run As User:", L"Als Benutzer ausführen:"), element_text(task, L"Principals/Principal/UserId"));
}

static void append_row(const wchar_t *path)
{
    XmlError error;
    const Node *task = parse_xml(load_task(path), &error);
    const wchar_t *enabled = element_text(task, L"Settings/Enabled");
    bool disabled = enabled && wcscmp(enabled, L"false") == 0;
    const wchar_t *status = disabled ? label(L"Disabled", L"Deaktiviert") : label(L"Ready", L"Bereit");
    if (current->fo && _wcsicmp(current->fo, L"LIST") == 0) {
        append_list(path, task, status);
        return;
    }
    wchar_t line[800];
    bool csv = current->fo && _wcsicmp(current->fo, L"CSV") == 0;
    swprintf(line, 800, csv ? L"\"%ls\",\"N/A\",\"%ls\"\r\n" : L"%-40ls N/A                    %ls\r\n", path, status);
    append(line);
}

unsigned query(const Options *options, const wchar_t *path)
{
    current = options;
    if (options->query_xml) {
        query_xml(path);
        return 0;
    }
    document = calloc(1, sizeof *document);
    if (path) append_row(path);
    else each_task(L"", append_row);
    write_text(STD_OUTPUT_HANDLE, oem_code_page(), document);
    return 0;
}
