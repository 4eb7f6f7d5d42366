/* The schema of task definitions ([MS-TSCH] 2.5) as far as the service was seen to enforce it. */
#include "task-xml.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#define TASK_NAMESPACE L"http://schemas.microsoft.com/windows/2004/02/mit/task"

typedef enum { PARENT, ANYTHING, TEXT, TRUTH, DURATION, DATE_TIME, NUMBER, CHOICE } Kind;

typedef struct {
    const wchar_t *parent, *name;
    Kind kind;
    bool required, repeats;
    int low, high; /* of numbers; of texts the length, when high is not 0 */
    const wchar_t *choices;
    wchar_t since; /* last digit of the schema version that brought it */
} Rule;

#define REQUIRED .required = true
#define REPEATS .repeats = true
#define CHOICES(list) .choices = L"|" list L"|"

static const Rule rules[] = {
    {L"Task", L"RegistrationInfo", PARENT},
    {L"Task", L"Triggers", PARENT},
    {L"Task", L"Principals", PARENT},
    {L"Task", L"Settings", PARENT},
    {L"Task", L"Data", ANYTHING},
    {L"Task", L"Actions", PARENT, REQUIRED},
    {L"RegistrationInfo", L"URI", TEXT},
    {L"RegistrationInfo", L"SecurityDescriptor", TEXT},
    {L"RegistrationInfo", L"Source", TEXT},
    {L"RegistrationInfo", L"Date", DATE_TIME},
    {L"RegistrationInfo", L"Author", TEXT},
    {L"RegistrationInfo", L"Version", TEXT},
    {L"RegistrationInfo", L"Description", TEXT},
    {L"RegistrationInfo", L"Documentation", TEXT},
    {L"Triggers", L"BootTrigger", PARENT, REPEATS},
    {L"Triggers", L"CalendarTrigger", PARENT, REPEATS},
    {L"Triggers", L"EventTrigger", ANYTHING, REPEATS},
    {L"Triggers", L"IdleTrigger", PARENT, REPEATS},
    {L"Triggers", L"LogonTrigger", PARENT, REPEATS},
    {L"Triggers", L"RegistrationTrigger", PARENT, REPEATS},
    {L"Triggers", L"SessionStateChangeTrigger", ANYTHING, REPEATS},
    {L"Triggers", L"TimeTrigger", PARENT, REPEATS},
    {L"*Trigger", L"Enabled", TRUTH},
    {L"*Trigger", L"StartBoundary", DATE_TIME},
    {L"*Trigger", L"EndBoundary", DATE_TIME},
    {L"*Trigger", L"Repetition", PARENT},
    {L"*Trigger", L"ExecutionTimeLimit", DURATION},
    {L"*Trigger", L"RandomDelay", DURATION},
    {L"*Trigger", L"Delay", DURATION},
    {L"*Trigger", L"UserId", TEXT},
    {L"*Trigger", L"ScheduleByDay", PARENT},
    {L"*Trigger", L"ScheduleByWeek", PARENT},
    {L"*Trigger", L"ScheduleByMonth", ANYTHING},
    {L"*Trigger", L"ScheduleByMonthDayOfWeek", ANYTHING},
    {L"Repetition", L"Interval", DURATION, REQUIRED},
    {L"Repetition", L"Duration", DURATION},
    {L"Repetition", L"StopAtDurationEnd", TRUTH},
    {L"ScheduleByDay", L"DaysInterval", NUMBER, .low = 1, .high = 365},
    {L"ScheduleByWeek", L"WeeksInterval", NUMBER, .low = 1, .high = 52},
    {L"ScheduleByWeek", L"DaysOfWeek", ANYTHING, REQUIRED},
    {L"Principals", L"Principal", PARENT, REQUIRED},
    {L"Principal", L"UserId", TEXT},
    {L"Principal", L"GroupId", TEXT},
    {L"Principal", L"DisplayName", TEXT},
    {L"Principal", L"LogonType", CHOICE, CHOICES(L"S4U|Password|InteractiveToken|InteractiveTokenOrPassword")},
    {L"Principal", L"RunLevel", CHOICE, CHOICES(L"LeastPrivilege|HighestAvailable")},
    {L"Principal", L"ProcessTokenSidType", CHOICE, CHOICES(L"None|Unrestricted|Default"), .since = L'3'},
    {L"Principal", L"RequiredPrivileges", ANYTHING, .since = L'3'},
    {L"Settings", L"AllowStartOnDemand", TRUTH},
    {L"Settings", L"RestartOnFailure", PARENT},
    {L"Settings", L"MultipleInstancesPolicy", CHOICE, CHOICES(L"Parallel|Queue|IgnoreNew|StopExisting")},
    {L"Settings", L"DisallowStartIfOnBatteries", TRUTH},
    {L"Settings", L"StopIfGoingOnBatteries", TRUTH},
    {L"Settings", L"AllowHardTerminate", TRUTH},
    {L"Settings", L"StartWhenAvailable", TRUTH},
    {L"Settings", L"NetworkProfileName", TEXT},
    {L"Settings", L"NetworkSettings", ANYTHING},
    {L"Settings", L"RunOnlyIfNetworkAvailable", TRUTH},
    {L"Settings", L"WakeToRun", TRUTH},
    {L"Settings", L"Enabled", TRUTH},
    {L"Settings", L"Hidden", TRUTH},
    {L"Settings", L"DeleteExpiredTaskAfter", DURATION},
    {L"Settings", L"IdleSettings", PARENT},
    {L"Settings", L"ExecutionTimeLimit", DURATION},
    {L"Settings", L"Priority", NUMBER, .low = 0, .high = 10},
    {L"Settings", L"RunOnlyIfIdle", TRUTH},
    {L"Settings", L"UseUnifiedSchedulingEngine", TRUTH, .since = L'3'},
    {L"Settings", L"DisallowStartOnRemoteAppSession", TRUTH, .since = L'3'},
    {L"Settings", L"MaintenanceSettings", ANYTHING, .since = L'4'},
    {L"Settings", L"Volatile", TRUTH, .since = L'4'},
    {L"IdleSettings", L"Duration", DURATION},
    {L"IdleSettings", L"WaitTimeout", DURATION},
    {L"IdleSettings", L"StopOnIdleEnd", TRUTH},
    {L"IdleSettings", L"RestartOnIdle", TRUTH},
    {L"RestartOnFailure", L"Interval", DURATION, REQUIRED},
    {L"RestartOnFailure", L"Count", NUMBER, REQUIRED, .low = 1, .high = 255},
    {L"Actions", L"Exec", PARENT, REPEATS},
    {L"Actions", L"ComHandler", ANYTHING, REPEATS},
    {L"Actions", L"SendEmail", ANYTHING, REPEATS},
    {L"Actions", L"ShowMessage", ANYTHING, REPEATS},
    {L"Exec", L"Command", TEXT, REQUIRED, .low = 1, .high = 260},
    {L"Exec", L"Arguments", TEXT},
    {L"Exec", L"WorkingDirectory", TEXT, .low = 0, .high = 260},
};

typedef struct {
    const wchar_t *text;
    wchar_t version; /* last digit */
    XmlError *error;
} Check;

static bool reject(Check *check, const Node *node, unsigned code)
{
    fail_at(check->error, check->text, node->start + 1, code);
    wcsncpy(check->error->node, node->name, 79);
    if (code == INVALID_VALUE) wcsncpy(check->error->value, node->text, 159);
    return false;
}

static bool is_trigger(const wchar_t *name)
{
    size_t length = wcslen(name);
    return length > 7 && wcscmp(name + length - 7, L"Trigger") == 0;
}

static bool applies_to(const Rule *rule, const wchar_t *parent)
{
    return rule->parent[0] == L'*' ? is_trigger(parent) : wcscmp(rule->parent, parent) == 0;
}

static const Rule *rule_for(const wchar_t *parent, const wchar_t *name)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (applies_to(&rules[i], parent) && wcscmp(rules[i].name, name) == 0) return &rules[i];
    return NULL;
}

static const wchar_t *skip_parts(const wchar_t *at, const wchar_t *units, int *parts)
{
    for (wchar_t *end; iswdigit(*at); at = end + 1, ++*parts) {
        wcstoul(at, &end, 10);
        const wchar_t *unit = *end ? wcschr(units, *end) : NULL;
        if (!unit) return L"?";
        units = unit + 1;
    }
    return at;
}

static bool is_duration(const wchar_t *value)
{
    int parts = 0, time_parts = 0;
    if (*value++ != L'P') return false;
    value = skip_parts(value, L"YMD", &parts);
    if (*value == L'T') {
        value = skip_parts(value + 1, L"HMS", &time_parts);
        if (time_parts == 0) return false;
    }
    return *value == 0 && parts + time_parts > 0;
}

static bool is_date_time(const wchar_t *value)
{
    const wchar_t *pattern = L"9999-99-99T99:99:99";
    for (; *pattern; pattern++, value++)
        if (*pattern == L'9' ? !iswdigit(*value) : *value != *pattern) return false;
    if (*value == L'.')
        for (value++; iswdigit(*value); value++) continue;
    if (*value == 0 || wcscmp(value, L"Z") == 0) return true;
    return (*value == L'+' || *value == L'-') && wcslen(value) == 6 && value[3] == L':';
}

static bool is_choice(const wchar_t *value, const wchar_t *choices)
{
    const wchar_t *found = *value ? wcsstr(choices, value) : NULL;
    return found && found[-1] == L'|' && found[wcslen(value)] == L'|';
}

static bool is_valid(const Rule *rule, const wchar_t *value)
{
    wchar_t *end;
    switch (rule->kind) {
    case TRUTH: return is_choice(value, L"|true|false|1|0|");
    case DURATION: return is_duration(value);
    case DATE_TIME: return is_date_time(value);
    case CHOICE: return is_choice(value, rule->choices);
    case NUMBER: {
        long number = wcstol(value, &end, 10);
        return end != value && *end == 0 && number >= rule->low && number <= rule->high;
    }
    case TEXT: return rule->high == 0 || ((int)wcslen(value) >= rule->low && (int)wcslen(value) <= rule->high);
    default: return true;
    }
}

static bool check_children(Check *check, const Node *parent);

static bool check_child(Check *check, const Node *parent, const Node *child)
{
    const Rule *rule = rule_for(parent->name, child->name);
    if (attribute_of(child, L"xmlns") && wcscmp(attribute_of(child, L"xmlns"), TASK_NAMESPACE) != 0)
        return reject(check, child, WRONG_NAMESPACE);
    if (!rule || (rule->since && rule->since > check->version)) return reject(check, child, UNEXPECTED_NODE);
    if (!rule->repeats && child_named(parent, child->name) != child) return reject(check, child, TOO_MANY_NODES);
    if (rule->kind == ANYTHING) return true;
    if (rule->kind == PARENT) return check_children(check, child);
    if (child->first) return reject(check, child->first, UNEXPECTED_NODE);
    return is_valid(rule, child->text) || reject(check, child, INVALID_VALUE);
}

static bool check_children(Check *check, const Node *parent)
{
    if (parent->text[wcsspn(parent->text, L" \t\r\n")]) return reject(check, parent, UNEXPECTED_NODE);
    for (const Node *child = parent->first; child; child = child->next)
        if (!check_child(check, parent, child)) return false;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].required && applies_to(&rules[i], parent->name) && !child_named(parent, rules[i].name))
            return reject(check, parent, MISSING_NODE);
    return true;
}

static bool check_triggers(Check *check, const Node *triggers)
{
    int count = 0;
    for (const Node *trigger = triggers ? triggers->first : NULL; trigger; trigger = trigger->next) {
        bool calendar = wcscmp(trigger->name, L"CalendarTrigger") == 0;
        bool timed = calendar || wcscmp(trigger->name, L"TimeTrigger") == 0;
        int schedules = 0;
        for (const Node *child = trigger->first; child; child = child->next)
            schedules += wcsncmp(child->name, L"ScheduleBy", 10) == 0;
        if (timed && !child_named(trigger, L"StartBoundary")) return reject(check, trigger, MISSING_NODE);
        if (calendar && schedules == 0) return reject(check, trigger, MISSING_NODE);
        if (schedules > (calendar ? 1 : 0)) return reject(check, trigger, UNEXPECTED_NODE);
        if (++count > 48) return reject(check, trigger, TOO_MANY_NODES);
    }
    return true;
}

static bool check_root(Check *check, const Node *root)
{
    wchar_t declaration[64] = L"xmlns";
    if (root->prefix[0]) swprintf(declaration, 64, L"xmlns:%.40ls", root->prefix);
    const wchar_t *namespace = attribute_of(root, declaration);
    if (!namespace || wcscmp(namespace, TASK_NAMESPACE) != 0) return reject(check, root, WRONG_NAMESPACE);
    if (wcscmp(root->name, L"Task") != 0) return reject(check, root, UNEXPECTED_NODE);
    const wchar_t *version = attribute_of(root, L"version");
    if (!version) version = L"1.2";
    check->version = version[wcslen(version) - 1];
    if (is_choice(version, L"|1.0|1.1|1.2|1.3|1.4|1.5|1.6|")) return true;
    reject(check, root, INVALID_VALUE);
    wcscpy(check->error->node, L"version");
    wcsncpy(check->error->value, version, 159);
    return false;
}

bool check_task(const wchar_t *text, const Node *root, XmlError *error)
{
    Check check = {text, L'2', error};
    if (!check_root(&check, root) || !check_children(&check, root)) return false;
    const Node *principals = child_named(root, L"Principals");
    const Node *principal = principals ? child_named(principals, L"Principal") : NULL;
    if (principal && child_named(principal, L"UserId") && child_named(principal, L"GroupId"))
        return reject(&check, child_named(principal, L"GroupId"), UNEXPECTED_NODE);
    if (!child_named(root, L"Actions")->first) return reject(&check, child_named(root, L"Actions"), MISSING_NODE);
    return check_triggers(&check, child_named(root, L"Triggers"));
}
