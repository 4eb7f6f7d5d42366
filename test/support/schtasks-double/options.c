#include "options.h"

#include <stddef.h>
#include <string.h>

typedef struct {
    const wchar_t *name;
    bool has_value;
    size_t field;
    const char *verbs; /* each followed by a blank */
} Switch;

#define FLAG(name, member, verbs) {name, false, offsetof(Options, member), verbs}
#define VALUE(name, member, verbs) {name, true, offsetof(Options, member), verbs}

static const Switch switches[] = {
    VALUE(L"TN", tn, "create query delete change run end "),
    VALUE(L"XML", xml, "create "),
    FLAG(L"XML", query_xml, "query "),
    VALUE(L"RU", ru, "create change "),
    VALUE(L"RP", rp, "create change "),
    VALUE(L"FO", fo, "query "),
    FLAG(L"F", force, "create delete "),
    FLAG(L"V", verbose, "query "),
    FLAG(L"NH", no_header, "query "),
    FLAG(L"ENABLE", enable, "change "),
    FLAG(L"DISABLE", disable, "change "),
    FLAG(L"HRESULT", hresult, "create query delete change run end "),
};

static const struct {
    const wchar_t *name;
    const char *verb;
} verbs[] = {{L"Create", "create"}, {L"Query", "query"}, {L"Delete", "delete"},
             {L"Change", "change"}, {L"Run", "run"},     {L"End", "end"}};

static bool is_switch(const wchar_t *argument)
{
    return argument && (argument[0] == L'/' || argument[0] == L'-');
}

static bool refuse(Options *options, const wchar_t *argument)
{
    options->offending = argument;
    return false;
}

static const Switch *find_switch(const char *verb, const wchar_t *name)
{
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (_wcsicmp(switches[i].name, name) == 0 && strstr(switches[i].verbs, verb)) return &switches[i];
    return NULL;
}

/* Takes a switch with its value and gives back how many arguments that were; 0 when it is wrong. */
static int take_switch(wchar_t **argv, Options *options)
{
    const Switch *found = is_switch(argv[0]) ? find_switch(options->verb, argv[0] + 1) : NULL;
    if (!found) return refuse(options, argv[0]);
    void *field = (char *)options + found->field;
    if (!found->has_value) {
        bool *flag = field;
        if (*flag) return refuse(options, argv[0]);
        *flag = true;
        bool one = flag == &options->query_xml && argv[1] && _wcsicmp(argv[1], L"ONE") == 0;
        if (one) options->xml = L"ONE";
        return one ? 2 : 1;
    }
    const wchar_t **value = field;
    if (*value || !argv[1] || is_switch(argv[1])) return refuse(options, argv[0]);
    *value = argv[1];
    return 2;
}

static bool is_complete(Options *options)
{
    const char *verb = options->verb;
    if (strcmp(verb, "query") == 0) return true;
    if (!options->tn) return refuse(options, L"/TN");
    if (strcmp(verb, "create") == 0 && !options->xml) return refuse(options, L"/XML");
    if (strcmp(verb, "change") == 0 && options->enable == options->disable) return refuse(options, L"/ENABLE");
    return true;
}

bool parse_options(int argc, wchar_t **argv, Options *options)
{
    int at = 1;
    options->verb = "query";
    if (argc > 1) {
        options->verb = NULL;
        if (is_switch(argv[1]) && wcscmp(argv[1] + 1, L"?") == 0) return options->help = true;
        for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
            if (is_switch(argv[1]) && _wcsicmp(verbs[i].name, argv[1] + 1) == 0) options->verb = verbs[i].verb;
        if (!options->verb) return options->verb = "", refuse(options, argv[1]);
        at = 2;
    }
    while (at < argc) {
        int taken = take_switch(argv + at, options);
        if (!taken) {
            /* Known to the real one, which makes a task of such switches. */
            options->needs_xml = strcmp(options->verb, "create") == 0 && wcsstr(L"/TR /SC /MO /ST /SD /RL /NP", argv[at]);
            return false;
        }
        at += taken;
    }
    return is_complete(options);
}
