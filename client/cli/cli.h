/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program `rialto`: one command per run, all in one table (commands.c), from which help,
 * checks of arguments and completion come. It knows servers through rialto.h only.
 */
#ifndef RIALTO_CLI_H
#define RIALTO_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "client/rialto.h"

/** What the program exits with. */
enum cli_exit {
    CLI_ANSWERED = 0,
    CLI_NO_ANSWER = 1, /* the question was put, and there is no answer to it */
    CLI_FAILED = 2     /* wrong usage, or no server to put the question to */
};

struct cli;

/** An option; `value` is the name of its value, NULL for a flag. */
struct cli_option {
    const char *name, *value, *help;
};

/** A command. Lists end with a NULL name. */
struct cli_command {
    const char *name;
    const char *arguments; /* as shown in usage */
    const char *help;      /* one line */
    const char *more;      /* further lines; NULL: none */
    const struct cli_option *options;
    int (*run)(struct cli *c);
    size_t min_args, max_args;
    bool offline;   /* needs no server */
    bool separator; /* "--" is an argument of its own */
    const char
        *list; /* of the operators' API, for those that print one; NULL: another command */
};

#define CLI_MAX_SET 64

/** A run: options, arguments, where to write. */
struct cli {
    FILE *out, *err;
    bool json, colour, asked_help;
    int64_t now; /* microseconds since 1970, for ages */
    struct rialto_options options;
    struct rialto *server;
    const struct cli_command *command;
    const char **args; /* of the command, ended by NULL */
    size_t n_args;
    struct {
        const char *name, *value;
    } set[CLI_MAX_SET]; /* the command's options as given */
    size_t n_set;
    struct rialto_error error;
};

/* ---- commands.c */

extern const struct cli_command cli_commands[];
extern const struct cli_option cli_globals[];

/** The command of that name, or NULL. */
const struct cli_command *cli_command(const char *name);

int cmd_version(struct cli *c);

/* ---- options.c */

/** Reads the command line into c; CLI_FAILED after telling what is wrong. */
int cli_parse(struct cli *c, int argc, char **argv);

/** Value of an option of the command (the last one given; "" for flags), or NULL. */
const char *cli_value(const struct cli *c, const char *name);

/** All values of an option, ended by NULL, into out (CLI_MAX_SET + 1 places); how many. */
size_t cli_values(const struct cli *c, const char *name, const char **out);

/** Tells what is wrong with the usage, and how it is meant; returns CLI_FAILED. */
int cli_usage(const struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** Tells c->error, with --json also as a document; returns the exit code that it means. */
int cli_failure(struct cli *c);

/** {"code", "message", "field"}: what docs/api.md says of errors. */
void error_document(struct buf *b, const struct rialto_error *e);

/** The exit code that an error of the library means. */
int cli_exit_code(int code);

/* ---- help.c, completion.c */

int cmd_help(struct cli *c);
int cmd_completion(struct cli *c);

/** Prints usage and options of a command. */
void help_command(FILE *out, const struct cli_command *command);

/** Prints the list of commands and the global options. */
void help_all(FILE *out);

/** The command most like a mistyped word, or NULL. */
const char *help_suggest(const char *word);

/* ---- text.c */

/** Appends what a server said, with control and direction characters made visible. "-" for
 * NULL. */
void text_safe(struct buf *b, const char *s);

/** Any JSON value as people read it: text bare, null "-", lists with ", ", the rest as JSON. */
void text_value(struct buf *b, const struct rialto_value *v);

/** "100 Gbit/s"; "-" for 0 and below. */
void text_rate(struct buf *b, double bits);

/** "2 min ago", "in 3 h", "just now". */
void text_age(struct buf *b, double seconds);

/** The age of an RFC 3339 time; "-" if it is none. */
void text_since(struct buf *b, const char *time, int64_t now);

/** Columns that text takes on a terminal. */
size_t text_width(const char *s);

/** Prints a document on one line. */
void text_json(FILE *out, const struct rialto_value *v);

/** Prints the buffer and frees it; false, with the error set, when memory ran out. */
bool text_print(struct cli *c, struct buf *b);

/** SGR codes of terminals. */
enum paint {
    PAINT_NONE = 0,
    PAINT_BOLD = 1,
    PAINT_RED = 31,
    PAINT_GREEN = 32,
    PAINT_YELLOW = 33
};

/** Colour of a class: observed, derived, assumed. */
enum paint text_class(const char *name);

/** Appends text, coloured if the run is. */
void text_paint(struct buf *b, const struct cli *c, enum paint paint, const char *s);

/* ---- table.c */

/** Rows of aligned columns. Zero-initialise, print once. */
struct table_cell {
    char *text;
    size_t width;
    enum paint paint;
    bool right;
};

struct table {
    struct table_cell *v;
    size_t n, cap;
    size_t columns;
    bool failed;
};

/** Titles, ended by NULL; one that starts with ">" stands right. */
void table_titles(struct table *t, const char *const *titles);

/** The next cell; text of servers must have gone through text_safe(). The buffer is emptied. */
void table_take(struct table *t, struct buf *b);

/** The next cell, made safe. */
void table_text(struct table *t, const char *s);
void table_value(struct table *t, const struct rialto_value *v);

/** Colours the cell that was added last. */
void table_paint(struct table *t, enum paint paint);

/** Appends all rows to b and frees the table. */
void table_print(struct table *t, const struct cli *c, struct buf *b);

/* ---- commands */

int cmd_path(struct cli *c);
int cmd_rank(struct cli *c);
int cmd_costs(struct cli *c);
int cmd_map(struct cli *c);
int cmd_props(struct cli *c);
int cmd_vector(struct cli *c);
int cmd_list(struct cli *c);
int cmd_discover(struct cli *c);
int cmd_zone(struct cli *c);
int cmd_rucio(struct cli *c);
int cmd_fts(struct cli *c);

/** A path for people; in `explain.c`. */
void path_words(struct buf *b, const struct cli *c, const struct rialto_value *path,
                bool explain);

/** rialto fts grants …: the arguments behind `fts`; in `fts_grants.c`. */
int fts_grants(struct cli *c);

/* ---- batch.c */

/** A line of a batch: at least one word. */
struct batch_line {
    char *text;
    size_t room;
    unsigned number;
    const char *words[256];
    size_t n;
    bool too_many; /* more than there is room for */
};

/**
 * Has each line of a file ("-": standard input) answered, until one can't be for want of a
 * server. Empty lines and those that start with # are skipped. Returns the worst exit code.
 */
int batch_run(struct cli *c, const char *file,
              int (*answer)(struct cli *c, const struct batch_line *line));

/** Prints {"src", "dst", "known": false, "error"} for a line without answer. */
void batch_failure(struct cli *c, const char *src, const char *dst);

#endif
