/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/cli.h"

static void print_options(FILE *out, const struct cli_option *options)
{
    for (; options->name; options++) {
        char head[64];
        snprintf(head, sizeof(head), "--%s%s%s", options->name, options->value ? " " : "",
                 options->value ? options->value : "");
        fprintf(out, "  %-20s %s\n", head, options->help);
    }
}

void help_command(FILE *out, const struct cli_command *command)
{
    fprintf(out, "usage: rialto %s%s%s%s\n\n%c%s.\n", command->name,
            command->options->name ? " [OPTIONS]" : "", command->arguments[0] ? " " : "",
            command->arguments, command->help[0] - 'a' + 'A', command->help + 1);
    if (command->more)
        fputs(command->more, out);
    if (command->options->name) {
        fputs("\nOptions:\n", out);
        print_options(out, command->options);
    }
    fputs("\nGlobal options: see rialto help.\n", out);
}

void help_all(FILE *out)
{
    fputs(
        "usage: rialto [OPTIONS] COMMAND\n\nAsks a Rialto server about networks and the paths "
        "between them.\n\nCommands:\n",
        out);
    for (const struct cli_command *i = cli_commands; i->name; i++)
        fprintf(out, "  %-15s %s\n", i->name, i->help);
    fputs("\nOptions:\n", out);
    print_options(out, cli_globals);
    fputs("\nExit status: 0 answered, 1 no answer, 2 wrong usage or server unreachable.\n",
          out);
}

int cmd_help(struct cli *c)
{
    const struct cli_command *command;

    if (c->n_args == 0) {
        help_all(c->out);
        return CLI_ANSWERED;
    }
    command = cli_command(c->args[0]);
    if (!command) {
        const char *like = help_suggest(c->args[0]);
        return like ? cli_usage(c, "unknown command %s; do you mean %s?", c->args[0], like)
                    : cli_usage(c, "unknown command %s", c->args[0]);
    }
    help_command(c->out, command);
    return CLI_ANSWERED;
}

#define MAX_WORD 32

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/** Letters to insert, drop, change or swap to make one word of the other. */
static size_t distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    size_t d[MAX_WORD + 1][MAX_WORD + 1];

    if (n > MAX_WORD || m > MAX_WORD)
        return MAX_WORD;
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            size_t best;
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            best = least(d[i - 1][j], d[i][j - 1]) + 1;
            best = least(best, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = least(best, d[i - 2][j - 2] + 1);
            d[i][j] = best;
        }
    }
    return d[n][m];
}

const char *help_suggest(const char *word)
{
    const char *best = NULL;
    size_t fewest = 3; /* more changes than two is another word */

    for (const struct cli_command *i = cli_commands; i->name; i++) {
        size_t n = strlen(word) >= 3 && strncmp(i->name, word, strlen(word)) == 0
                       ? 0
                       : distance(word, i->name);
        if (n < fewest) {
            fewest = n;
            best = i->name;
        }
    }
    return best;
}
