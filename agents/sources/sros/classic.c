/* SPDX-License-Identifier: Apache-2.0 */
/* The classic CLI: words, blocks, and the way of a line through the tables. */
#include "agents/sources/sros/classic.h"

#include <string.h>

#define TAB       8            /* columns */
#define LOOKED_AT (256 * 1024) /* bytes, to tell the form */

struct block {
    size_t indent, line;
    const struct classic_rule *rules; /* NULL: of no interest */
    struct tree_node *at;
    bool entered; /* lines stand in it */
};

struct reader {
    struct tree *t;
    struct tree_node *root;
    const char *path;
    const char *p, *end;
    size_t line;
    /* the line under way */
    struct slice *words;
    bool *quoted;
    size_t n, indent, first_line;
    bool indented;     /* any line was */
    struct slice name; /* of the router, as its prompt has it */
    size_t exits;
    struct block open[CLASSIC_MAX_OPEN]; /* [0]: the text itself */
    size_t depth;
    struct err *e;
};

/* ---- words */

static int fail(const struct reader *r, size_t line, const char *reason)
{
    return err_set(r->e, ERR_PARSE, "%s:%zu:1: %s", r->path, line, reason);
}

static int add_word(struct reader *r, struct slice word, bool quoted)
{
    if (r->n == CLASSIC_MAX_WORDS)
        return err_set(r->e, ERR_LIMIT, "%s:%zu: a line of more than %d words", r->path,
                       r->line, CLASSIC_MAX_WORDS);
    r->words[r->n] = quoted ? tree_unquote(r->t, word) : word;
    r->quoted[r->n++] = quoted;
    return 0;
}

/** Up to the closing quote, which may stand lines below. */
static int take_quoted(struct reader *r)
{
    const char *start = ++r->p;
    size_t line = r->line;

    for (; r->p < r->end && *r->p != '"'; r->p++) {
        r->line += *r->p == '\n';
        if (*r->p == '\\' && r->p + 1 < r->end && r->p[1] != '\n')
            r->p++;
    }
    if (r->p >= r->end)
        return fail(r, line, "a quoted text has no end");
    r->p++;
    return add_word(r, (struct slice){start, (size_t)(r->p - 1 - start)}, true);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

static int take_plain(struct reader *r)
{
    const char *start = r->p;

    while (r->p < r->end && !is_blank(*r->p) && *r->p != '\n')
        r->p++;
    return add_word(r, (struct slice){start, (size_t)(r->p - start)}, false);
}

static void take_indent(struct reader *r)
{
    r->indent = 0;
    for (; r->p < r->end && is_blank(*r->p); r->p++) {
        if (*r->p == '\t')
            r->indent += TAB - r->indent % TAB;
        else if (*r->p == ' ')
            r->indent++;
    }
}

static void skip_comment(struct reader *r)
{
    while (r->p < r->end && *r->p != '\n')
        r->p++;
}

/** Splits the next line into words; comments have none. Texts with a `#` are quoted. */
static int next_line(struct reader *r)
{
    int rc = 0;

    r->n = 0;
    r->first_line = ++r->line;
    take_indent(r);
    while (rc == 0 && r->p < r->end && *r->p != '\n') {
        if (*r->p == '#')
            skip_comment(r);
        else if (is_blank(*r->p))
            r->p++;
        else
            rc = *r->p == '"' ? take_quoted(r) : take_plain(r);
    }
    r->p += r->p < r->end;
    return rc;
}

/* ---- a line's way through the tables */

struct slice classic_word(struct classic_line *l)
{
    struct slice word = {"", 0};

    if (l->n > 0) {
        word = *l->words++;
        l->quoted++;
        l->n--;
    }
    return word;
}

void classic_add(struct classic_line *l, struct slice word)
{
    if (l->at != NULL)
        l->at = tree_add(l->t, l->at, word, l->line);
}

static void add_all(struct classic_line *l)
{
    struct tree_node *list = l->at;

    while (l->n > 0 && l->at != NULL) {
        classic_add(l, classic_word(l));
        if (l->at != NULL)
            l->at = list;
    }
}

void classic_go(struct classic_line *l, const char *path)
{
    struct slice rest = slice_of(path), word;

    while (slice_word(&rest, &word)) {
        if (slice_eq(word, "**"))
            add_all(l);
        else if (!slice_eq(word, "*"))
            classic_add(l, word);
        else if (l->n > 0)
            classic_add(l, classic_word(l));
    }
}

void classic_put(struct classic_line *l, const char *path)
{
    struct tree_node *at = l->at;

    classic_go(l, path);
    if (l->at != NULL)
        l->at = at;
}

void classic_set(struct classic_line *l, const char *path, struct slice value)
{
    struct tree_node *at = l->at;

    classic_go(l, path);
    while (l->at != NULL && l->at->first != NULL)
        tree_cut(l->t, l->at->first);
    classic_add(l, value);
    if (l->at != NULL)
        l->at = at;
}

/** The rule of the next words, which are taken off; NULL: there is none. */
static const struct classic_rule *find(const struct classic_rule *rules, struct classic_line *l)
{
    bool no = slice_eq(l->words[0], "no") && !l->quoted[0] && l->n > 1;
    struct slice word = l->words[no];

    for (const struct classic_rule *r = rules; r->word != NULL; r++) {
        bool negated = strncmp(r->word, "no ", 3) == 0;

        if (negated != no || !slice_eq(word, r->word + (negated ? 3 : 0)))
            continue;
        classic_word(l);
        if (no)
            classic_word(l);
        return r;
    }
    return NULL;
}

/** A statement without a rule is kept by its word, to be noted; what is off, is not. */
static void keep(struct classic_line *l)
{
    if (!slice_eq(l->words[0], "no"))
        classic_add(l, l->words[0]);
}

/** Through the words of the line; the context of what stands below it. */
static const struct classic_rule *follow(const struct classic_rule *rules,
                                         struct classic_line *l)
{
    while (l->n > 0 && rules != NULL) {
        const struct classic_rule *rule = find(rules, l);

        if (rule == NULL) {
            keep(l);
            return NULL;
        }
        if (rule->path != NULL)
            classic_go(l, rule->path);
        if (rule->take != NULL)
            rule->take(l);
        if (l->n > 0 && slice_eq(l->words[0], "create"))
            classic_word(l);
        rules = rule->inner;
    }
    return rules;
}

/* ---- blocks */

/** `exit` ends the block that begins in its own column. */
static void leave(struct reader *r)
{
    r->exits++;
    while (r->depth > 0 && r->open[r->depth].indent > r->indent)
        r->depth--;
    if (r->depth > 0 && r->open[r->depth].indent == r->indent)
        r->depth--;
}

static int enter(struct reader *r)
{
    struct block *outer;
    struct classic_line l = {.t = r->t,
                             .root = r->root,
                             .words = r->words,
                             .quoted = r->quoted,
                             .n = r->n,
                             .line = r->first_line};
    struct block b = {.indent = r->indent, .line = r->first_line};

    while (r->depth > 0 && r->open[r->depth].indent >= r->indent)
        r->depth--;
    if (r->words[0].n > 1 && r->words[0].p[0] == '/') {
        r->words[0] = (struct slice){r->words[0].p + 1, r->words[0].n - 1};
        r->depth = 0;
    }
    if (r->depth + 1 >= CLASSIC_MAX_OPEN)
        return fail(r, r->first_line, "too many blocks in each other");
    outer = &r->open[r->depth];
    outer->entered = true;
    l.at = outer->at;
    b.rules = follow(outer->rules, &l);
    b.at = l.at;
    r->open[++r->depth] = b;
    if (r->t->failed == ERR_NOMEM)
        return err_set(r->e, ERR_NOMEM, "%s: out of memory", r->path);
    return r->t->failed == 0
               ? 0
               : err_set(r->e, ERR_LIMIT, "%s:%zu: the configuration is too large", r->path,
                         r->first_line);
}

/* ---- terminals */

/** `*A:R5>config>router>bgp#`: the router's name, and where it stands. */
static bool is_prompt(struct slice word, struct slice *name, struct slice *context)
{
    if (slice_starts(word, "*"))
        word = (struct slice){word.p + 1, word.n - 1};
    if (word.n < 4 || word.p[0] < 'A' || word.p[0] > 'D' || word.p[1] != ':' ||
        (word.p[word.n - 1] != '#' && word.p[word.n - 1] != '$'))
        return false;
    *context = (struct slice){word.p + 2, word.n - 3};
    slice_split(context, '>', name);
    return true;
}

/** Prompts leave names out, so only contexts without one can be told. */
static size_t context_words(struct slice context, struct slice *words, size_t most)
{
    static const char *const known[] = {"router", "bgp",  "isis",          "ospf",
                                        "ospf3",  "port", "policy-options"};
    struct slice word;
    size_t n = 0, first = 1;

    while (context.p != NULL && slice_split(&context, '>', &word)) {
        bool ok = first && slice_eq(word, "config");

        for (size_t i = 0; i < sizeof(known) / sizeof(*known) && !first; i++)
            ok = ok || slice_eq(word, known[i]);
        if (!ok || n == most)
            return SIZE_MAX;
        if (!first)
            words[n++] = word;
        first = 0;
    }
    return n;
}

/** What stands below is of the prompt's context when that was asked for, else of no use. */
static void take_prompt(struct reader *r, struct slice context)
{
    bool all =
        r->n > 2 && slice_eq(r->words[1], "admin") && slice_eq(r->words[2], "display-config");
    bool info = r->n > 1 && slice_eq(r->words[1], "info");
    struct slice words[8];
    bool quoted[8] = {false};
    struct classic_line l = {.t = r->t,
                             .root = r->root,
                             .at = r->root,
                             .words = words,
                             .quoted = quoted,
                             .line = r->first_line};

    r->depth = 0;
    r->open[0] = (struct block){.at = r->root};
    if (all)
        context.p = NULL;
    l.n = all || info ? context_words(context, words, 8) : SIZE_MAX;
    if (l.n == SIZE_MAX)
        return;
    r->open[0].rules = follow(classic_configure, &l);
    r->open[0].at = l.at;
}

/** The prompt's name stands for one that is not configured. */
static int take_name(struct reader *r)
{
    struct tree_node *n = tree_find(r->t, r->root, slice_of("system"));

    if (r->name.n == 0 || tree_find(r->t, n, slice_of("name")) != NULL)
        return 0;
    n = tree_add(r->t, r->root, slice_of("system"), 1);
    n = n != NULL ? tree_add(r->t, n, slice_of("name"), 1) : NULL;
    n = n != NULL ? tree_add(r->t, n, r->name, 1) : NULL;
    return n != NULL ? 0 : fail(r, 1, "the configuration is too large");
}

/** "-------": what some print instead of comments. */
static bool is_rule(struct slice word)
{
    return word.n > 2 && (word.p[0] == '-' || word.p[0] == '=') && word.p[1] == word.p[0];
}

static int take_line(struct reader *r)
{
    struct slice name, context;

    if (r->n == 0 || slice_eq(r->words[0], "echo") || is_rule(r->words[0]))
        return 0;
    if (is_prompt(r->words[0], &name, &context)) {
        r->name = name;
        take_prompt(r, context);
        return 0;
    }
    r->indented = r->indented || r->indent > 0;
    if (!slice_eq(r->words[0], "exit"))
        return enter(r);
    if (r->n > 1 && slice_eq(r->words[1], "all"))
        r->depth = 0;
    else
        leave(r);
    return 0;
}

/** Does the text end within a block? Without indentation nobody can tell. */
static int check_end(struct reader *r)
{
    if (r->exits > 2 && !r->indented)
        return fail(r, 1,
                    "the lines are not indented, so that the ends of blocks can't be told; "
                    "store what `admin display-config` prints as it is");
    for (size_t i = r->depth; i > 0; i--) {
        if (r->open[i].entered)
            return err_set(r->e, ERR_PARSE,
                           "%s:%zu:1: the text ends inside the block opened in line %zu: cut "
                           "off?",
                           r->path, r->line, r->open[i].line);
    }
    return 0;
}

static int read_lines(struct reader *r)
{
    int rc = 0;

    while (rc == 0 && r->p < r->end) {
        rc = next_line(r);
        if (rc == 0)
            rc = take_line(r);
    }
    if (rc == 0)
        rc = check_end(r);
    return rc == 0 ? take_name(r) : rc;
}

int classic_read(struct tree *t, const char *path, struct slice text, struct err *e)
{
    struct reader r = {.t = t, .path = path, .e = e};
    int rc = tree_check_text(path, text, e);

    if (rc != 0)
        return rc;
    if (slice_starts(text, "\xef\xbb\xbf"))
        text = (struct slice){text.p + 3, text.n - 3};
    r.p = text.p;
    r.end = text.p + text.n;
    r.root = tree_add(t, &t->root, slice_of("configure"), 1);
    r.words = ARENA_ARRAY(t->arena, CLASSIC_MAX_WORDS, struct slice);
    r.quoted = ARENA_ARRAY(t->arena, CLASSIC_MAX_WORDS, bool);
    if (r.root == NULL || r.words == NULL || r.quoted == NULL)
        return err_set(e, ERR_NOMEM, "%s: out of memory", path);
    r.open[0] = (struct block){.rules = classic_configure, .at = r.root};
    return read_lines(&r);
}

/* ---- which form it is */

static bool has(struct slice line, const char *text)
{
    return line.n > 0 && memmem(line.p, line.n, text, strlen(text)) != NULL;
}

static bool ends(struct slice line, const char *text)
{
    size_t n = strlen(text);

    return line.n >= n && memcmp(line.p + line.n - n, text, n) == 0;
}

/** 1: a line of the classic CLI, -1: one of MD-CLI, 0: may be either. */
static int verdict(struct slice line)
{
    static const char *const classic[] = {" router interface ",
                                          " router bgp ",
                                          " router isis ",
                                          " router ospf",
                                          " router static-route",
                                          " router autonomous-system ",
                                          " router policy-options ",
                                          " static-route-entry ",
                                          " router Base "};
    static const char *const modern[] = {" admin-state ",    " prefix-length ",
                                         " ipv4 primary ",   " router \"Base\" ",
                                         " static-routes ",  " configure policy-options ",
                                         "configure groups "};

    if (classic_is_prompt(line) || slice_starts(line, "echo \"") ||
        slice_eq(line, "exit all") || slice_eq(line, "exit"))
        return 1;
    if (ends(line, "{") || slice_eq(line, "}"))
        return -1;
    for (size_t i = 0; i < sizeof(modern) / sizeof(*modern); i++) {
        if (has(line, modern[i]))
            return -1;
    }
    for (size_t i = 0; i < sizeof(classic) / sizeof(*classic); i++) {
        if (has(line, classic[i]))
            return 1;
    }
    return ends(line, " shutdown") || ends(line, " create") || slice_eq(line, "router Base");
}

bool classic_is_prompt(struct slice line)
{
    struct slice word, name, context;

    return slice_word(&line, &word) && is_prompt(word, &name, &context) &&
           slice_starts(context, "config") && slice_word(&line, &word) &&
           slice_eq(word, "info");
}

bool classic_likely(struct slice text)
{
    struct slice line;
    long score = 0;

    if (text.n > LOOKED_AT)
        text.n = LOOKED_AT;
    while (slice_line(&text, &line))
        score += verdict(slice_trim(line));
    return score > 0;
}
