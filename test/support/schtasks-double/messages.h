/* Texts as schtasks.exe prints them: translated, in the console's OEM code page. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <windows.h>

#include "task-xml.h"

typedef enum {
    CREATED, DELETED, CHANGED, STARTED, ENDED, CONFIRM_REPLACE, CONFIRM_DELETE, BAD_SYNTAX, ONLY_XML, WARNED
} Message;

unsigned oem_code_page(void);

/* The handle is STD_OUTPUT_HANDLE or STD_ERROR_HANDLE. */
void write_bytes(DWORD handle, const void *bytes, size_t length);
void write_text(DWORD handle, unsigned code_page, const wchar_t *text);

/* `subject` is the task's name. */
void say(Message message, const wchar_t *subject);

/* The line for an HRESULT, and where in the XML it was, when there is an error of that kind. */
void say_failure(unsigned code, const XmlError *error);

#endif
