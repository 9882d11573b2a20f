/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/str.h"
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

const char *help_suggest(const char *word)
{
    const char *best = NULL;
    size_t fewest = 3; /* more changes than two is another word */

    for (const struct cli_command *i = cli_commands; i->name; i++) {
        size_t n = strlen(word) >= 3 && strncmp(i->name, word, strlen(word)) == 0
                       ? 0
                       : str_distance(word, i->name);
        if (n < fewest) {
            fewest = n;
            best = i->name;
        }
    }
    return best;
}
