/* SPDX-License-Identifier: Apache-2.0 */
/* The completion script of bash, written out of the table of commands. */
#include <string.h>

#include "client/cli/cli.h"

static void print_names(FILE *out, const struct cli_option *options)
{
    for (; options->name; options++)
        fprintf(out, " --%s", options->name);
}

/** Options whose value is not a file, so that nothing is offered for it; "FILE" ones offer
 * files. */
static void print_valued(FILE *out, const struct cli_option *options, bool files, bool *first)
{
    for (; options->name; options++) {
        if (!options->value || (strcmp(options->value, "FILE") == 0) != files)
            continue;
        fprintf(out, "%s--%s", *first ? "" : "|", options->name);
        *first = false;
    }
}

static void print_value_case(FILE *out, bool files)
{
    bool first = true;

    fputs("    ", out);
    print_valued(out, cli_globals, files, &first);
    for (const struct cli_command *i = cli_commands; i->name; i++)
        print_valued(out, i->options, files, &first);
    fprintf(out, ")\n        %s\n        return ;;\n",
            files ? "mapfile -t COMPREPLY < <(compgen -f -- \"$word\")" : "COMPREPLY=()");
}

static void print_bash(FILE *out)
{
    fputs("# SPDX-License-Identifier: Apache-2.0\n"
          "# Completion for rialto in bash; made by: rialto completion bash\n"
          "_rialto() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local command= options i commands=\"",
          out);
    for (const struct cli_command *i = cli_commands; i->name; i++)
        fprintf(out, "%s%s", i == cli_commands ? "" : " ", i->name);
    fputs("\"\n    case $before in\n", out);
    print_value_case(out, true);
    print_value_case(out, false);
    fputs("    esac\n"
          "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
          "        [[ \" $commands \" == *\" ${COMP_WORDS[i]} \"* ]] && { "
          "command=${COMP_WORDS[i]}; "
          "break; }\n"
          "    done\n"
          "    options=\"",
          out);
    print_names(out, cli_globals);
    fputs("\"\n    case $command in\n", out);
    for (const struct cli_command *i = cli_commands; i->name; i++) {
        if (!i->options->name)
            continue;
        fprintf(out, "    %s) options+=\"", i->name);
        print_names(out, i->options);
        fputs("\" ;;\n", out);
    }
    fputs("    help) options+=\" $commands\" ;;\n"
          "    completion) options+=\" bash\" ;;\n"
          "    \"\") options+=\" $commands\" ;;\n"
          "    esac\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
          "}\n"
          "complete -F _rialto rialto\n",
          out);
}

int cmd_completion(struct cli *c)
{
    if (strcmp(c->args[0], "bash") != 0)
        return cli_usage(c, "no completion for %s", c->args[0]);
    print_bash(c->out);
    return CLI_ANSWERED;
}
