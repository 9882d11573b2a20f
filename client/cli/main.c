/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/cli/cli.h"

static bool wants_colour(void)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

static int run(struct cli *c)
{
    int rc;

    if (c->asked_help) {
        if (c->command)
            help_command(c->out, c->command);
        else
            help_all(c->out);
        return CLI_ANSWERED;
    }
    if (!c->command->offline && rialto_open(&c->server, &c->options, &c->error) != 0)
        return cli_failure(c);
    rc = c->command->run(c);
    rialto_close(&c->server);
    return rc;
}

int main(int argc, char **argv)
{
    const struct clock *clock = clock_system();
    const char *server = getenv("RIALTO_SERVER");
    struct cli c = {.out = stdout, .err = stderr, .colour = wants_colour()};
    int rc;

    c.now = clock->now_us(clock->self);
    rialto_options_defaults(&c.options);
    if (server && *server)
        c.options.url = server;
    rc = cli_parse(&c, argc, argv);
    if (rc == 0)
        rc = run(&c);
    free(c.args);
    if ((fflush(stdout) != 0 || ferror(stdout)) && rc == CLI_ANSWERED) {
        fputs("rialto: can't write to standard output\n", stderr);
        rc = CLI_FAILED;
    }
    return rc;
}
