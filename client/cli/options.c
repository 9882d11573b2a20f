/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, read by the table of commands. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "client/cli/cli.h"

int cli_usage(const struct cli *c, const char *fmt, ...)
{
    va_list ap;

    fputs("rialto: ", c->err);
    va_start(ap, fmt);
    vfprintf(c->err, fmt, ap);
    va_end(ap);
    fputc('\n', c->err);
    if (c->command)
        fprintf(c->err, "usage: rialto %s %s; see rialto help %s\n", c->command->name,
                c->command->arguments, c->command->name);
    else
        fputs("see rialto help\n", c->err);
    return CLI_FAILED;
}

int cli_exit_code(int code)
{
    switch ((enum rialto_code)code) {
    case RIALTO_E_DENIED:
    case RIALTO_E_NOT_FOUND:
    case RIALTO_E_SERVER:
    case RIALTO_E_UNSUPPORTED:
        return CLI_NO_ANSWER;
    case RIALTO_E_NOMEM:
    case RIALTO_E_ARGUMENT:
    case RIALTO_E_UNREACHABLE:
    case RIALTO_E_TIMEOUT:
    case RIALTO_E_REPLY:
    case RIALTO_E_LIMIT:
        break;
    }
    return CLI_FAILED;
}

static const char *error_word(int code)
{
    switch ((enum rialto_code)code) {
    case RIALTO_E_DENIED:
        return "denied";
    case RIALTO_E_NOT_FOUND:
        return "not-found";
    case RIALTO_E_SERVER:
        return "server";
    case RIALTO_E_UNSUPPORTED:
        return "unsupported";
    case RIALTO_E_NOMEM:
        return "no-memory";
    case RIALTO_E_ARGUMENT:
        return "argument";
    case RIALTO_E_UNREACHABLE:
        return "unreachable";
    case RIALTO_E_TIMEOUT:
        return "timeout";
    case RIALTO_E_REPLY:
        return "reply";
    case RIALTO_E_LIMIT:
        return "limit";
    }
    return "error";
}

void error_document(struct buf *b, const struct rialto_error *e)
{
    buf_str(b, "{\"code\":");
    buf_json_str(b, error_word(e->code));
    buf_str(b, ",\"message\":");
    buf_json_str(b, e->message);
    if (e->field[0]) {
        buf_str(b, ",\"field\":");
        buf_json_str(b, e->field);
    }
    buf_char(b, '}');
}

int cli_failure(struct cli *c)
{
    struct buf b = {0};

    text_safe(&b, c->error.message);
    fprintf(c->err, "rialto: %s\n", buf_cstr(&b));
    buf_reset(&b);
    if (c->json) {
        error_document(&b, &c->error);
        fprintf(c->out, "{\"error\":%s}\n", buf_cstr(&b));
    }
    buf_free(&b);
    return cli_exit_code(c->error.code);
}

static const struct cli_option *find(const struct cli_option *list, const char *name, size_t n)
{
    for (; list && list->name; list++)
        if (strlen(list->name) == n && strncmp(list->name, name, n) == 0)
            return list;
    return NULL;
}

static int set_global(struct cli *c, const char *name, const char *value)
{
    uint64_t seconds;

    if (strcmp(name, "json") == 0) {
        c->json = true;
    } else if (strcmp(name, "help") == 0) {
        c->asked_help = true;
    } else if (strcmp(name, "version") == 0) {
        c->command = cli_command("version");
    } else if (strcmp(name, "server") == 0) {
        c->options.url = value;
    } else if (strcmp(name, "directory") == 0) {
        c->options.directory = value;
    } else if (strcmp(name, "credentials") == 0) {
        c->options.credentials = value;
    } else if (strcmp(name, "ca-file") == 0) {
        c->options.ca_file = value;
    } else if (strcmp(name, "timeout") == 0) {
        if (!slice_u64(slice_of(value), 86400, &seconds) || seconds == 0)
            return cli_usage(c, "--timeout %s: expected 1 to 86400 seconds", value);
        c->options.timeout_ms = (int)seconds * 1000;
    } else if (strcmp(name, "now") == 0 && !str_time(slice_of(value), &c->now)) {
        return cli_usage(c, "--now %s: expected a time like 2026-11-22T02:07:09Z", value);
    }
    return 0;
}

/** One option "--name", "--name=value" or "--name value" at argv[*i]. */
static int read_option(struct cli *c, int argc, char **argv, int *i)
{
    const char *name = argv[*i] + 2;
    size_t n = strcspn(name, "=");
    const struct cli_option *global = find(cli_globals, name, n);
    const struct cli_option *own = c->command ? find(c->command->options, name, n) : NULL;
    const struct cli_option *option = own ? own : global;
    const char *value = name[n] == '=' ? name + n + 1 : NULL;

    if (argv[*i][1] != '-' || !option)
        return cli_usage(c, "unknown option %s", argv[*i]);
    if (value && !option->value)
        return cli_usage(c, "--%s takes no value", option->name);
    if (!value && option->value) {
        if (*i + 1 >= argc)
            return cli_usage(c, "--%s needs a value: %s", option->name, option->value);
        value = argv[++*i];
    }
    if (!own)
        return set_global(c, option->name, value);
    if (c->n_set == CLI_MAX_SET)
        return cli_usage(c, "more than %d options", CLI_MAX_SET);
    c->set[c->n_set].name = option->name;
    c->set[c->n_set++].value = value ? value : "";
    return 0;
}

static int read_command(struct cli *c, const char *word)
{
    const char *like;

    c->command = cli_command(word);
    if (c->command)
        return 0;
    like = help_suggest(word);
    if (like)
        return cli_usage(c, "unknown command %s; do you mean %s?", word, like);
    return cli_usage(c, "unknown command %s", word);
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != 0;
}

static int check(struct cli *c)
{
    if (c->asked_help)
        return 0;
    if (!c->command)
        return cli_usage(c, "a command is needed");
    if (c->n_args < c->command->min_args)
        return cli_usage(c, "%s: too few arguments", c->command->name);
    if (c->n_args > c->command->max_args)
        return cli_usage(c, "%s: unexpected argument %s", c->command->name,
                         c->args[c->command->max_args]);
    return 0;
}

int cli_parse(struct cli *c, int argc, char **argv)
{
    bool only_arguments = false;
    int rc = 0;

    c->args = calloc((size_t)argc + 1, sizeof(*c->args));
    if (!c->args)
        return cli_usage(c, "out of memory");
    for (int i = 1; i < argc && rc == 0; i++) {
        if (!only_arguments && strcmp(argv[i], "--") == 0) {
            if (c->command && c->command->separator)
                c->args[c->n_args++] = argv[i];
            else
                only_arguments = true;
        } else if (!only_arguments && is_option(argv[i])) {
            rc = read_option(c, argc, argv, &i);
        } else if (!c->command) {
            rc = read_command(c, argv[i]);
        } else {
            c->args[c->n_args++] = argv[i];
        }
    }
    return rc == 0 ? check(c) : rc;
}

const char *cli_value(const struct cli *c, const char *name)
{
    for (size_t i = c->n_set; i-- > 0;)
        if (strcmp(c->set[i].name, name) == 0)
            return c->set[i].value;
    return NULL;
}

size_t cli_values(const struct cli *c, const char *name, const char **out)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n_set; i++)
        if (strcmp(c->set[i].name, name) == 0)
            out[n++] = c->set[i].value;
    out[n] = NULL;
    return n;
}
