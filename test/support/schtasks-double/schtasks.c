/*
 * A double of schtasks.exe for tests: same switches, exit codes, HRESULTs and encodings as the real one was seen to
 * have, tasks kept in files, and misbehaviour on request (control.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "control.h"
#include "messages.h"
#include "options.h"
#include "query.h"
#include "task-store.h"
#include "task-xml.h"

#define E_SYNTAX 0x80004005u
#define SYSTEM_SID L"S-1-5-18"
#define HANG_CHILD L"/double-hangs"

static unsigned fail(unsigned code, const XmlError *error)
{
    say_failure(code, error);
    return code;
}

/* The answer to a question on standard input; no answer is No. */
static bool is_confirmed(void)
{
    char answer = 0;
    DWORD read = 0;
    ReadFile(GetStdHandle(STD_INPUT_HANDLE), &answer, 1, &read, NULL);
    return read == 1 && answer && strchr("yYjJ", answer);
}

static const wchar_t *sid_of(const wchar_t *account)
{
    static const struct {
        const wchar_t *name, *sid;
    } known[] = {{L"", SYSTEM_SID},
                 {L"SYSTEM", SYSTEM_SID},
                 {L"NT AUTHORITY\\SYSTEM", SYSTEM_SID},
                 {L"LOCAL SERVICE", L"S-1-5-19"},
                 {L"NT AUTHORITY\\LOCAL SERVICE", L"S-1-5-19"},
                 {L"NETWORK SERVICE", L"S-1-5-20"},
                 {L"NT AUTHORITY\\NETWORK SERVICE", L"S-1-5-20"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (_wcsicmp(known[i].name, account) == 0) return known[i].sid;
    return wcsncmp(account, L"S-1-", 4) == 0 ? account : NULL;
}

/* What the service makes of a document it registers; NULL when its account is unknown. */
static wchar_t *normalised(wchar_t *xml, const Options *options, const wchar_t *path)
{
    XmlError error;
    const wchar_t *written = element_text(parse_xml(xml, &error), L"Principals/Principal/UserId");
    const wchar_t *account = options->ru ? options->ru : written;
    if (account) {
        const wchar_t *sid = sid_of(account);
        if (!sid) return NULL;
        xml = with_element(xml, L"Principals/Principal/UserId", sid);
    }
    xml = with_element(xml, L"RegistrationInfo/URI", path);
    if (wcsncmp(xml, L"<?xml", 5) == 0) return xml;
    static const wchar_t declaration[] = L"<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n";
    wchar_t *whole = calloc(wcslen(xml) + sizeof declaration, sizeof *whole);
    return wcscat(wcscpy(whole, declaration), xml);
}

static unsigned create(const Options *options, const wchar_t *path)
{
    XmlError error = {0};
    size_t length;
    unsigned char *bytes = read_whole_file(options->xml, &length);
    if (!bytes) return fail(0x80070002u, NULL);
    wchar_t *xml = decode_task_file(bytes, length);
    const Node *root = parse_xml(xml, &error);
    if (!root || !check_task(xml, root, &error)) return fail(error.code, &error);
    if (task_exists(path) && !options->force) {
        say(CONFIRM_REPLACE, options->tn);
        if (!is_confirmed()) return 0x800700B7u;
    }
    xml = normalised(xml, options, path);
    if (!xml) return fail(0x80070534u, NULL);
    if (told("lie", "disabled")) xml = with_element(xml, L"Settings/Enabled", L"false");
    if (told("lie", "changed")) xml = with_element(xml, L"Actions/Exec/Command", L"C:\\elsewhere\\other.exe");
    unsigned code = told("lie", "create") ? 0 : store_task(path, xml);
    if (code) return fail(code, NULL);
    say(CREATED, options->tn);
    return 0;
}

static unsigned delete(const Options *options, const wchar_t *path)
{
    if (!options->force) {
        say(CONFIRM_DELETE, options->tn);
        if (!is_confirmed()) return 1;
    }
    if (!told("lie", "delete") && !delete_task(path)) return fail(0x80070005u, NULL);
    say(DELETED, options->tn);
    return 0;
}

static unsigned change(const Options *options, const wchar_t *path)
{
    wchar_t *xml = with_element(load_task(path), L"Settings/Enabled", options->enable ? L"true" : L"false");
    unsigned code = told("lie", "change") ? 0 : store_task(path, xml);
    if (code) return fail(code, NULL);
    say(CHANGED, options->tn);
    return 0;
}

static void start_program(const wchar_t *command_line, const wchar_t *folder, bool inherit)
{
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    wchar_t *copy = _wcsdup(command_line);
    if (!CreateProcessW(NULL, copy, NULL, NULL, inherit, CREATE_NO_WINDOW, NULL, folder, &startup, &process)) return;
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
}

static unsigned run(const Options *options, const wchar_t *path)
{
    XmlError error;
    const Node *task = parse_xml(load_task(path), &error);
    const wchar_t *enabled = element_text(task, L"Settings/Enabled");
    if (enabled && (wcscmp(enabled, L"false") == 0 || wcscmp(enabled, L"0") == 0)) return fail(0x80041326u, NULL);
    if (strcmp(setting("run"), "execute") == 0) {
        const wchar_t *command = element_text(task, L"Actions/Exec/Command");
        const wchar_t *arguments = element_text(task, L"Actions/Exec/Arguments");
        wchar_t line[8000], expanded[8000];
        const wchar_t *quote = command && command[0] != L'"' ? L"\"" : L"";
        swprintf(line, 8000, L"%ls%ls%ls %ls", quote, command, quote, arguments ? arguments : L"");
        ExpandEnvironmentStringsW(line, expanded, 8000);
        start_program(expanded, element_text(task, L"Actions/Exec/WorkingDirectory"), false);
    }
    say(STARTED, options->tn);
    return 0;
}

static unsigned perform(const Options *options)
{
    if (strcmp(options->verb, "query") == 0 && !options->tn) return query(options, NULL);
    wchar_t *path = task_path(options->tn);
    if (!path) return fail(0x8007007Bu, NULL);
    if (strcmp(options->verb, "create") == 0) return create(options, path);
    if (!task_exists(path)) return fail(absence_of(path), NULL);
    if (strcmp(options->verb, "query") == 0) return query(options, path);
    if (strcmp(options->verb, "delete") == 0) return delete(options, path);
    if (strcmp(options->verb, "change") == 0) return change(options, path);
    if (strcmp(options->verb, "run") == 0) return run(options, path);
    return fail(0x8004130Bu, NULL); /* nothing ever runs here that could be ended */
}

/* A child that holds the standard handles, so that only killing the whole tree helps. */
static void hang(void)
{
    wchar_t line[MAX_PATH + 40] = L"\"";
    GetModuleFileNameW(NULL, line + 1, MAX_PATH);
    wcscat(line, L"\" " HANG_CHILD);
    start_program(line, NULL, true);
    Sleep(INFINITE);
}

static void write_noise(void)
{
    static const unsigned char noise[] = {0x00, 0xFF, 0x3C, 0x3F, 0x78, 0xC3, 0x28, 0xFE, 0x0D, 0x0A, 0x80, 0x3C, 0x54};
    write_bytes(STD_OUTPUT_HANDLE, noise, sizeof noise);
    write_bytes(STD_ERROR_HANDLE, noise, sizeof noise);
}

static void silence(void)
{
    HANDLE nul = CreateFileW(L"NUL", GENERIC_WRITE, FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    SetStdHandle(STD_OUTPUT_HANDLE, nul);
    SetStdHandle(STD_ERROR_HANDLE, nul);
}

static unsigned run_verb(const Options *options)
{
    const char *verb = options->verb;
    unsigned wanted = 0;
    if (told("hang", verb)) hang();
    if (told("crash", verb)) TerminateProcess(GetCurrentProcess(), 0xC0000005u);
    bool fixed = told_code(verb, &wanted);
    if (fixed && (wanted & 0x80000000u)) return fail(wanted, NULL);
    if (told("garbage", verb)) write_noise();
    if (told("garbage", verb) || told("empty", verb)) silence();
    unsigned code = perform(options);
    if (code || !fixed) return code;
    say(WARNED, options->tn);
    return wanted;
}

int wmain(int argc, wchar_t **argv)
{
    if (argc > 1 && wcscmp(argv[1], HANG_CHILD) == 0) Sleep(INFINITE);
    Options options = {0};
    log_invocation();
    load_control();
    if (!parse_options(argc, argv, &options)) {
        say(options.needs_xml ? ONLY_XML : BAD_SYNTAX, options.offending);
        return (int)E_SYNTAX;
    }
    if (options.help) {
        write_text(STD_OUTPUT_HANDLE, oem_code_page(), L"SCHTASKS /parameter [arguments]\r\n");
        return 0;
    }
    unsigned code = run_verb(&options);
    if (options.hresult) return (int)code;
    return code == 1 || (code & 0x80000000u) ? 1 : 0;
}
