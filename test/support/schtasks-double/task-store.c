#include "task-store.h"

#include <stdlib.h>
#include <windows.h>

#include "control.h"
#include "task-xml.h"

#define PATH_LIMIT 600

static wchar_t *file_of(const wchar_t *path)
{
    wchar_t *file = calloc(PATH_LIMIT, sizeof *file);
    GetSystemDirectoryW(file, MAX_PATH);
    wcscat(file, L"\\Tasks-double");
    return wcscat(file, path);
}

static bool is_folder(const wchar_t *file)
{
    DWORD attributes = GetFileAttributesW(file);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY);
}

static bool is_good_part(const wchar_t *part, size_t length)
{
    if (length == 0 || part[0] == L' ' || part[length - 1] == L' ') return false;
    if (wcsncmp(part, L".", length) == 0 || wcsncmp(part, L"..", length) == 0) return false;
    return wcscspn(part, L":*?\"<>|/") >= length;
}

wchar_t *task_path(const wchar_t *name)
{
    wchar_t *path = calloc(wcslen(name) + 2, sizeof *path);
    wcscpy(path, name[0] == L'\\' ? L"" : L"\\");
    wcscat(path, name);
    if (wcslen(path) > 239) return NULL;
    for (const wchar_t *part = path; *part; part += 1 + wcscspn(part + 1, L"\\"))
        if (!is_good_part(part + 1, wcscspn(part + 1, L"\\"))) return NULL;
    return path;
}

bool task_exists(const wchar_t *path)
{
    DWORD attributes = GetFileAttributesW(file_of(path));
    return attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_DIRECTORY);
}

unsigned absence_of(const wchar_t *path)
{
    wchar_t *folder = file_of(path);
    *wcsrchr(folder, L'\\') = 0;
    return wcsrchr(path, L'\\') == path || is_folder(folder) ? 0x80070002u : 0x80070003u;
}

wchar_t *load_task(const wchar_t *path)
{
    size_t length;
    unsigned char *bytes = task_exists(path) ? read_whole_file(file_of(path), &length) : NULL;
    return bytes ? decode_task_file(bytes, length) : NULL;
}

static void make_folders(const wchar_t *file)
{
    for (wchar_t *end = wcschr(file + 3, L'\\'); end; end = wcschr(end + 1, L'\\')) {
        *end = 0;
        CreateDirectoryW(file, NULL);
        *end = L'\\';
    }
}

unsigned store_task(const wchar_t *path, const wchar_t *xml)
{
    wchar_t *file = file_of(path);
    if (is_folder(file)) return 0x80070005u;
    make_folders(file);
    size_t size = wcslen(xml) + 2;
    wchar_t *content = calloc(size, sizeof *content);
    content[0] = 0xFEFF;
    wcscat(content, xml);
    bool done = write_whole_file(file, content, wcslen(content) * sizeof *content);
    return done ? 0 : 0x80070000u | GetLastError();
}

bool delete_task(const wchar_t *path)
{
    return DeleteFileW(file_of(path));
}

void each_task(const wchar_t *folder, void (*callback)(const wchar_t *path))
{
    wchar_t pattern[PATH_LIMIT], path[PATH_LIMIT];
    swprintf(pattern, PATH_LIMIT, L"%ls\\*", file_of(folder));
    WIN32_FIND_DATAW found;
    HANDLE search = FindFirstFileW(pattern, &found);
    if (search == INVALID_HANDLE_VALUE) return;
    do {
        if (wcscmp(found.cFileName, L".") == 0 || wcscmp(found.cFileName, L"..") == 0) continue;
        swprintf(path, PATH_LIMIT, L"%ls\\%ls", folder, found.cFileName);
        if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) each_task(path, callback);
        else callback(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
}
