/*
 * no-handles PROGRAM ARGUMENTS...: runs a program as a service or a start-up script may: without a console and without
 * standard input, output and error. Ends with its exit code.
 */
#include <windows.h>

static wchar_t *arguments(void) {
  wchar_t *text = GetCommandLineW();
  wchar_t end = L' ';
  if (*text == L'"') {
    end = L'"';
    text++;
  }
  while (*text != 0 && *text != end) text++;
  if (*text != 0) text++;
  while (*text == L' ') text++;
  return text;
}

int wmain(void) {
  STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
  PROCESS_INFORMATION process;
  DWORD code = 255;
  if (!CreateProcessW(NULL, arguments(), NULL, NULL, FALSE, DETACHED_PROCESS, NULL, NULL, &startup, &process)) return 254;
  if (WaitForSingleObject(process.hProcess, 60000) != WAIT_OBJECT_0) TerminateProcess(process.hProcess, 253);
  GetExitCodeProcess(process.hProcess, &code);
  return (int)code;
}
