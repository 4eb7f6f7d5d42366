#include "messages.h"

#include <stdlib.h>
#include <string.h>

#include "control.h"

enum { EN, DE, ZH };

static const wchar_t *const texts[][3] = {
    [CREATED] = {L"SUCCESS: The scheduled task \"%ls\" has successfully been created.\r\n",
                 L"ERFOLGREICH: Die geplante Aufgabe \"%ls\" wurde erfolgreich erstellt.\r\n",
                 L"成功: 成功创建计划任务 \"%ls\"。\r\n"},
    [DELETED] = {L"SUCCESS: The scheduled task \"%ls\" was successfully deleted.\r\n",
                 L"ERFOLGREICH: Die geplante Aufgabe \"%ls\" wurde erfolgreich gelöscht.\r\n",
                 L"成功: 计划的任务 \"%ls\" 被成功删除。\r\n"},
    [CHANGED] = {L"SUCCESS: The parameters of scheduled task \"%ls\" have been changed.\r\n",
                 L"ERFOLGREICH: Die Parameter der geplanten Aufgabe \"%ls\" wurden geändert.\r\n",
                 L"成功: 已经更改了计划任务 \"%ls\" 的参数。\r\n"},
    [STARTED] = {L"SUCCESS: Attempted to run the scheduled task \"%ls\".\r\n",
                 L"ERFOLGREICH: Es wurde versucht, die geplante Aufgabe \"%ls\" auszuführen.\r\n",
                 L"成功: 尝试运行 \"%ls\"。\r\n"},
    [ENDED] = {L"SUCCESS: The scheduled task \"%ls\" has been terminated successfully.\r\n",
               L"ERFOLGREICH: Die geplante Aufgabe \"%ls\" wurde erfolgreich beendet.\r\n",
               L"成功: 计划任务 \"%ls\" 已成功终止。\r\n"},
    [CONFIRM_REPLACE] = {L"WARNING: The task name \"%ls\" already exists. Do you want to replace it (Y/N)? ",
                         L"WARNUNG: Der Aufgabenname \"%ls\" ist bereits vorhanden. Möchten Sie ihn ersetzen (J/N)? ",
                         L"警告: 任务名称 \"%ls\" 已经存在。要替换它吗(Y/N)? "},
    [CONFIRM_DELETE] = {L"WARNING: Are you sure you want to remove the task \"%ls\" (Y/N)? ",
                        L"WARNUNG: Soll die Aufgabe \"%ls\" wirklich gelöscht werden (J/N)? ",
                        L"警告: 确实要删除任务 \"%ls\" 吗(Y/N)? "},
    [BAD_SYNTAX] = {L"ERROR: Invalid syntax. \"%ls\".\r\nType \"SCHTASKS /?\" for usage.\r\n",
                    L"FEHLER: Ungültige Syntax. \"%ls\".\r\nGeben Sie \"SCHTASKS /?\" ein, um die Syntax anzuzeigen.\r\n",
                    L"错误: 无效语法。\"%ls\"。\r\n键入 \"SCHTASKS /?\" 以了解用法信息。\r\n"},
    [ONLY_XML] = {L"ERROR: \"%ls\": this double of schtasks creates tasks from /XML only.\r\n",
                  L"FEHLER: \"%ls\": this double of schtasks creates tasks from /XML only.\r\n",
                  L"错误: \"%ls\": this double of schtasks creates tasks from /XML only.\r\n"},
    [WARNED] = {L"WARNING: The task \"%ls\" is registered, but may not start.\r\n",
                L"WARNUNG: Die Aufgabe \"%ls\" ist registriert, wird aber möglicherweise nicht gestartet.\r\n",
                L"警告: 任务 \"%ls\" 已注册, 但可能无法启动。\r\n"},
};

static const struct {
    unsigned code;
    const wchar_t *text[3];
} failures[] = {
    {0x80070002, {L"The system cannot find the file specified.", L"Das System kann die angegebene Datei nicht finden.", L"系统找不到指定的文件。"}},
    {0x80070003, {L"The system cannot find the path specified.", L"Das System kann den angegebenen Pfad nicht finden.", L"系统找不到指定的路径。"}},
    {0x80070005, {L"Access is denied.", L"Zugriff verweigert", L"拒绝访问。"}},
    {0x8007007B, {L"The filename, directory name, or volume label syntax is incorrect.", L"Die Syntax für den Dateinamen, Verzeichnisnamen oder die Datenträgerbezeichnung ist falsch.", L"文件名、目录名或卷标语法不正确。"}},
    {0x800700B7, {L"Cannot create a file when that file already exists.", L"Eine Datei kann nicht erstellt werden, wenn sie bereits vorhanden ist.", L"当文件已存在时，无法创建该文件。"}},
    {0x80070534, {L"No mapping between account names and security IDs was done.", L"Zuordnungen von Kontennamen und Sicherheitskennungen wurden nicht durchgeführt.", L"帐户名与安全标识间无任何映射完成。"}},
    {UNEXPECTED_NODE, {L"The task XML contains an unexpected node.", L"Die Aufgaben-XML enthält einen unerwarteten Knoten.", L"任务 XML 包含意外的节点。"}},
    {WRONG_NAMESPACE, {L"The task XML contains an element or attribute from an unexpected namespace.", L"Die Aufgaben-XML enthält ein Element oder Attribut aus einem unerwarteten Namespace.", L"任务 XML 包含来自意外命名空间的元素或属性。"}},
    {INVALID_VALUE, {L"The task XML contains a value which is incorrectly formatted or out of range.", L"Die Aufgaben-XML enthält einen Wert, der falsch formatiert oder außerhalb des gültigen Bereichs ist.", L"任务 XML 包含格式错误或超出范围的值。"}},
    {MISSING_NODE, {L"The task XML is missing a required element or attribute.", L"In der Aufgaben-XML fehlt ein erforderliches Element oder Attribut.", L"任务 XML 缺少必需的元素或属性。"}},
    {MALFORMED_XML, {L"The task XML is malformed.", L"Die Aufgaben-XML ist falsch formatiert.", L"任务 XML 的格式错误。"}},
    {TOO_MANY_NODES, {L"The task XML contains too many nodes of the same type.", L"Die Aufgaben-XML enthält zu viele Knoten des gleichen Typs.", L"任务 XML 包含太多同类型的节点。"}},
};

static int language(void)
{
    const char *name = setting("language");
    return strcmp(name, "de") == 0 ? DE : strcmp(name, "zh") == 0 ? ZH : EN;
}

unsigned oem_code_page(void)
{
    static const unsigned pages[] = {[EN] = 437, [DE] = 850, [ZH] = 936};
    return pages[language()];
}

void write_bytes(DWORD handle, const void *bytes, size_t length)
{
    DWORD written;
    WriteFile(GetStdHandle(handle), bytes, (DWORD)length, &written, NULL);
}

void write_text(DWORD handle, unsigned code_page, const wchar_t *text)
{
    int size = WideCharToMultiByte(code_page, 0, text, -1, NULL, 0, NULL, NULL);
    char *bytes = calloc((size_t)size + 1, 1);
    WideCharToMultiByte(code_page, 0, text, -1, bytes, size, NULL, NULL);
    write_bytes(handle, bytes, strlen(bytes));
}

void say(Message message, const wchar_t *subject)
{
    wchar_t text[1000];
    swprintf(text, 1000, texts[message][language()], subject);
    DWORD handle = message <= ENDED ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE;
    write_text(handle, oem_code_page(), text);
}

void say_failure(unsigned code, const XmlError *error)
{
    static const wchar_t *const words[] = {[EN] = L"ERROR", [DE] = L"FEHLER", [ZH] = L"错误"};
    const wchar_t *word = words[language()];
    wchar_t reason[300];
    swprintf(reason, 300, L"0x%08X", code);
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        if (failures[i].code == code) wcscpy(reason, failures[i].text[language()]);
    wchar_t text[1000];
    swprintf(text, 1000, L"%ls: %ls\r\n", word, reason);
    if (error && error->code) {
        swprintf(text + wcslen(text), 400, L"(%d,%d):%ls:", error->line, error->column, error->node);
        if (error->code == MALFORMED_XML) swprintf(text + wcslen(text), 200, L"%ls: ", word);
        swprintf(text + wcslen(text), 200, L"%ls\r\n", error->value);
    }
    write_text(STD_ERROR_HANDLE, oem_code_page(), text);
}
