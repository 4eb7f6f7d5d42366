/* Tasks as files, UTF-16LE with a BOM, in system32\Tasks-double; their folders are folders there. */
#ifndef TASK_STORE_H
#define TASK_STORE_H

#include <stdbool.h>
#include <wchar.h>

/* The path with a leading backslash, or NULL when the service would refuse such a name. */
wchar_t *task_path(const wchar_t *name);

bool task_exists(const wchar_t *path);

/* 0x80070002, or 0x80070003 when even the task's folder is missing. */
unsigned absence_of(const wchar_t *path);

/* NULL when there is no such task. */
wchar_t *load_task(const wchar_t *path);

/* 0 or the HRESULT of the failure. Missing folders are made. */
unsigned store_task(const wchar_t *path, const wchar_t *xml);

bool delete_task(const wchar_t *path);

/* Calls back for each task in a folder ("" is the root) and below. */
void each_task(const wchar_t *folder, void (*callback)(const wchar_t *path));

#endif
