#include "control.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define CONTROL_FILE L"C:\\schtasks-double.ini"
#define LOG_FILE L"C:\\schtasks-double.log"

static char *control = "";

unsigned char *read_whole_file(const wchar_t *path, size_t *length)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) return NULL;
    DWORD size = GetFileSize(file, NULL), read = 0;
    unsigned char *bytes = calloc((size_t)size + 2, 1);
    BOOL done = ReadFile(file, bytes, size, &read, NULL);
    CloseHandle(file);
    if (length) *length = read;
    return done ? bytes : NULL;
}

bool write_whole_file(const wchar_t *path, const void *bytes, size_t length)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) return false;
    DWORD written;
    BOOL done = WriteFile(file, bytes, (DWORD)length, &written, NULL);
    CloseHandle(file);
    return done && written == length;
}

void log_invocation(void)
{
    const wchar_t *command = GetCommandLineW();
    int size = WideCharToMultiByte(CP_UTF8, 0, command, -1, NULL, 0, NULL, NULL);
    char *line = calloc((size_t)size + 1, 1);
    WideCharToMultiByte(CP_UTF8, 0, command, -1, line, size, NULL, NULL);
    for (char *at = line; *at; at++)
        if (*at == '\r' || *at == '\n') *at = ' ';
    line[size - 1] = '\n';
    HANDLE file = CreateFileW(LOG_FILE, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD written;
    WriteFile(file, line, (DWORD)size, &written, NULL);
    CloseHandle(file);
}

void load_control(void)
{
    const wchar_t *path = _wgetenv(L"WACS_SCHTASKS_DOUBLE");
    char *text = (char *)read_whole_file(path && *path ? path : CONTROL_FILE, NULL);
    if (text) control = text;
}

const char *setting(const char *key)
{
    static char value[200];
    size_t length = strlen(key);
    for (const char *line = control; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (_strnicmp(line, key, length) != 0 || line[length] != '=') continue;
        size_t size = strcspn(line + length + 1, "\r\n");
        snprintf(value, sizeof value, "%.*s", (int)size, line + length + 1);
        return value;
    }
    return "";
}

static bool is_word_char(char c)
{
    return c && !strchr(" ,\t", c);
}

static bool names(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; *at; at++)
        if ((at == list || !is_word_char(at[-1])) && _strnicmp(at, word, length) == 0 && !is_word_char(at[length]))
            return true;
    return false;
}

/* Calls of the verb that the log knows of, this one included. */
static int calls_of(const char *verb)
{
    const char *log = (const char *)read_whole_file(LOG_FILE, NULL);
    size_t length = strlen(verb);
    int count = 0;
    for (const char *at = log ? log : ""; *at; at++)
        if ((*at == '/' || *at == '-') && _strnicmp(at + 1, verb, length) == 0 && strchr(" \n\"", at[length + 1])) count++;
    return count;
}

static bool still_misbehaves(const char *verb)
{
    char key[40];
    snprintf(key, sizeof key, "%stimes", verb);
    const char *limit = setting(key);
    return !*limit || calls_of(verb) <= atoi(limit);
}

bool told(const char *key, const char *verb)
{
    return names(setting(key), verb) && still_misbehaves(verb);
}

bool told_code(const char *verb, unsigned *code)
{
    const char *value = setting(verb);
    if (!isdigit((unsigned char)*value)) return false;
    *code = (unsigned)strtoul(value, NULL, 0);
    return still_misbehaves(verb);
}
