/* SPDX-License-Identifier: Apache-2.0 */
/* rialto-agent: the command line. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "agents/daemon.h"
#include "agents/repo.h"
#include "agents/settings.h"
#include "agents/trial.h"

static const char usage[] =
    "usage: rialto-agent -c FILE [--once | --check]\n"
    "       rialto-agent try ... | sources | manual\n"
    "\n"
    "Reads the sources of one domain and writes what they say into its store.\n"
    "\n"
    "  -c, --config FILE  configuration\n"
    "      --once         read every source once, then exit\n"
    "      --check        check the configuration and nothing else\n"
    "      --version      print the version\n"
    "  -h, --help         print this\n"
    "\n"
    "  try                read once and print the facts, without a store (try --help)\n"
    "  sources            print the kinds of sources\n"
    "  manual             print the reference of the configuration as Markdown\n"
    "\n"
    "Exit codes: 0 good, 1 configuration, 2 usage, 3 some source failed (--once), 4 store.\n";

struct command {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is the command */
};

static int wrong(const char *what, const char *which)
{
    fprintf(stderr, "rialto-agent: %s%s (try --help)\n", what, which);
    return EXIT_USAGE;
}

static int print(struct buf *b)
{
    int bad = b->failed || fputs(buf_cstr(b), stdout) == EOF || fflush(stdout) != 0;

    buf_free(b);
    return bad ? EXIT_STORE : EXIT_GOOD;
}

static int cmd_sources(int argc, char **argv)
{
    struct buf out = {0};

    if (argc > 1)
        return wrong("unexpected argument ", argv[1]);
    for (const struct agent_ops *const *p = agent_kinds(); *p != NULL; p++)
        buf_printf(&out, "%-16s %s\n", (*p)->name, (*p)->summary);
    return print(&out);
}

static int cmd_manual(int argc, char **argv)
{
    struct buf out = {0};

    if (argc > 1)
        return wrong("unexpected argument ", argv[1]);
    settings_manual(&out);
    return print(&out);
}

static const struct command commands[] = {
    {"sources", cmd_sources},
    {"manual", cmd_manual},
    {"try", trial_command},
    {"mirror", repo_mirror_command}, /* what this program runs itself for */
};

static int run_command(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        if (strcmp(commands[i].name, argv[0]) == 0)
            return commands[i].run(argc, argv);
    }
    return wrong("unknown command ", argv[0]);
}

enum { OPT_ONCE = 256, OPT_CHECK, OPT_VERSION };

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'}, {"once", no_argument, NULL, OPT_ONCE},
    {"check", no_argument, NULL, OPT_CHECK},  {"version", no_argument, NULL, OPT_VERSION},
    {"help", no_argument, NULL, 'h'},         {0},
};

int main(int argc, char **argv)
{
    const char *config = NULL;
    bool once = false, check = false;
    int opt;

    signal(SIGPIPE, SIG_IGN);
    log_setup("rialto-agent", LOG_LEVEL_INFO, false);
    while ((opt = getopt_long(argc, argv, "+c:h", options, NULL)) != -1) {
        if (opt == 'c') {
            config = optarg;
        } else if (opt == OPT_ONCE) {
            once = true;
        } else if (opt == OPT_CHECK) {
            check = true;
        } else if (opt == OPT_VERSION) {
            puts("rialto-agent " RIALTO_VERSION);
            return EXIT_GOOD;
        } else if (opt == 'h') {
            fputs(usage, stdout);
            return EXIT_GOOD;
        } else {
            return EXIT_USAGE; /* getopt said why */
        }
    }
    if (optind < argc && config == NULL)
        return run_command(argc - optind, argv + optind);
    if (optind < argc)
        return wrong("unexpected argument ", argv[optind]);
    if (config == NULL)
        return wrong("-c FILE is missing", "");
    if (once && check)
        return wrong("--once and --check exclude each other", "");
    if (check)
        return daemon_check(config);
    return once ? daemon_once(config) : daemon_run(config);
}
