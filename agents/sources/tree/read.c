/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From text to a tree. One reader for all forms: words, quoted texts, braces, lists, comments
 * are the same in all of them; what ends a statement (`;` or the line) is not.
 */
#include <string.h>

#include "agents/sources/tree/tree.h"

#define MAX_OPEN 128 /* blocks in each other */

/** What a line of the set form does with the path behind it. */
enum verb { VERB_SET, VERB_DEACTIVATE, VERB_ACTIVATE, VERB_DELETE, VERB_NONE };

struct reader {
    struct tree *t;
    const char *path;
    const char *p, *end, *line_start;
    size_t line;
    enum tree_form form;
    struct tree_node *open[MAX_OPEN]; /* of the blocks that are open; [0]: the root */
    size_t opened[MAX_OPEN];          /* the lines where that was */
    size_t depth;
    struct tree_node *at; /* where the statement has got to */
    size_t words;
    bool inactive, in_list;
    enum verb verb;
    struct err *e;
};

static int fail(struct reader *r, const char *at, const char *reason)
{
    return err_set(r->e, ERR_PARSE, "%s:%zu:%zu: %s", r->path, r->line,
                   (size_t)(at - r->line_start) + 1, reason);
}

static void begin_statement(struct reader *r)
{
    r->at = r->open[r->depth];
    r->words = 0;
    r->inactive = r->in_list = false;
    r->verb = VERB_SET;
}

/** `inactive:` is about all words of the statement together, `community add A`; not about other
 * statements that begin with the same ones. */
static void mark(struct reader *r)
{
    if (r->inactive)
        r->at->inactive = true;
    else
        r->at->implied = false;
}

static void end_statement(struct reader *r)
{
    bool moved = r->at != r->open[r->depth];

    if (moved)
        mark(r);
    if (moved && r->verb == VERB_DEACTIVATE)
        r->at->inactive = true;
    else if (moved && r->verb == VERB_ACTIVATE)
        r->at->inactive = false;
    else if (moved && r->verb == VERB_DELETE)
        tree_cut(r->t, r->at);
    begin_statement(r);
}

static void new_line(struct reader *r)
{
    r->line++;
    r->line_start = r->p + 1;
    if (r->form == TREE_SET || (r->form == TREE_LINES && !r->in_list))
        end_statement(r);
}

static void skip_line(struct reader *r)
{
    while (r->p < r->end && *r->p != '\n')
        r->p++;
}

static void skip_unknown_line(struct reader *r)
{
    if (r->t->skipped++ == 0)
        r->t->skipped_line = r->line;
    skip_line(r);
}

static int skip_comment(struct reader *r)
{
    const char *start = r->p;

    for (r->p += 2; r->p + 1 < r->end; r->p++) {
        if (r->p[0] == '*' && r->p[1] == '/') {
            r->p += 2;
            return 0;
        }
        if (*r->p == '\n') {
            r->line++;
            r->line_start = r->p + 1;
        }
    }
    return fail(r, start < r->line_start ? r->line_start : start, "a comment has no end");
}

static bool is_verb(struct reader *r, struct slice word)
{
    static const struct {
        const char *word;
        enum verb verb;
    } verbs[] = {{"set", VERB_SET},           {"deactivate", VERB_DEACTIVATE},
                 {"activate", VERB_ACTIVATE}, {"delete", VERB_DELETE},
                 {"protect", VERB_NONE},      {"unprotect", VERB_NONE}};

    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
        if (slice_eq(word, verbs[i].word)) {
            r->verb = verbs[i].verb;
            r->words++;
            return true;
        }
    }
    return false;
}

static int too_large(struct reader *r)
{
    if (r->t->failed == ERR_NOMEM)
        return err_set(r->e, ERR_NOMEM, "%s: out of memory", r->path);
    return err_set(r->e, ERR_LIMIT, "%s:%zu: the configuration is too large or too deep",
                   r->path, r->line);
}

/** A word of a statement: one step down the tree, or a member of a list. */
static int take_word(struct reader *r, struct slice word)
{
    struct tree_node *n;
    size_t before = r->t->n;

    if (r->form == TREE_SET && r->words == 0) {
        if (!is_verb(r, word))
            skip_unknown_line(r);
        return 0;
    }
    if (r->form == TREE_BRACES && r->words == 0 && slice_eq(word, "inactive:")) {
        r->inactive = true;
        return 0;
    }
    if (r->form == TREE_BRACES && r->words == 0 &&
        (slice_eq(word, "protect:") || slice_eq(word, "replace:")))
        return 0;
    if (r->form == TREE_LINES && r->words == 0 && word.n > 1 && word.p[0] == '/') {
        word = (struct slice){word.p + 1, word.n - 1};
        r->at = r->depth == 0 ? &r->t->root : r->at;
    }
    if (r->verb == VERB_NONE)
        return 0;
    n = tree_add(r->t, r->at, word, r->line);
    if (n == NULL)
        return too_large(r);
    n->implied = n->implied || (r->inactive && r->t->n > before);
    if (!r->in_list)
        r->at = n;
    r->words++;
    return 0;
}

/** Other pairs with a backslash stand for themselves. */
struct slice tree_unquote(struct tree *t, struct slice text)
{
    char *copy;
    size_t n = 0;

    if (memchr(text.p, '\\', text.n) == NULL)
        return text;
    copy = arena_alloc(t->arena, text.n + 1);
    for (size_t i = 0; copy != NULL && i < text.n; i++) {
        if (text.p[i] == '\\' && i + 1 < text.n &&
            (text.p[i + 1] == '"' || text.p[i + 1] == '\\'))
            i++;
        copy[n++] = text.p[i];
    }
    return copy != NULL ? (struct slice){copy, n} : text;
}

static int take_quoted(struct reader *r)
{
    const char *start = ++r->p, *line_start = r->line_start;
    size_t line = r->line;
    struct slice text;

    for (; r->p < r->end && *r->p != '"'; r->p++) {
        if (*r->p == '\n') {
            r->line++;
            r->line_start = r->p + 1;
        } else if (*r->p == '\\' && r->p + 1 < r->end && r->p[1] != '\n') {
            r->p++;
        }
    }
    if (r->p >= r->end) {
        r->line = line;
        r->line_start = line_start;
        return fail(r, start - 1, "a quoted text has no end");
    }
    text = (struct slice){start, (size_t)(r->p - start)};
    r->p++;
    return take_word(r, text.n > 0 ? tree_unquote(r->t, text) : slice_of(""));
}

/** A word without quotes. Inside a list its end is a `]` too, unless it has a `[` itself. */
static int take_plain(struct reader *r)
{
    const char *start = r->p;
    size_t brackets = 0;

    for (; r->p < r->end; r->p++) {
        char c = *r->p;

        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '"' ||
            (c == ';' && r->form == TREE_BRACES))
            break;
        if ((c == '{' || c == '}') && r->form == TREE_BRACES && brackets == 0 &&
            (r->p + 1 == r->end || r->p[1] == ' ' || r->p[1] == '\n' || r->p[1] == '\r'))
            break;
        if (c == '[')
            brackets++;
        if (c == ']' && brackets == 0 && r->in_list)
            break;
        if (c == ']' && brackets > 0)
            brackets--;
    }
    if (r->p == start)
        r->p++;
    return take_word(r, (struct slice){start, (size_t)(r->p - start)});
}

static int open_block(struct reader *r)
{
    struct tree_node *at = r->at;

    if (at == r->open[r->depth])
        return fail(r, r->p, "a block without a name");
    if (r->depth + 1 >= MAX_OPEN)
        return fail(r, r->p, "too many blocks in each other");
    mark(r);
    r->open[++r->depth] = at;
    r->opened[r->depth] = r->line;
    r->p++;
    begin_statement(r);
    return 0;
}

static int close_block(struct reader *r)
{
    end_statement(r);
    if (r->depth == 0)
        return fail(r, r->p, "a block is closed that was never opened");
    r->depth--;
    r->p++;
    begin_statement(r);
    return 0;
}

/** `{master:0}` and `user@router> show configuration`: what a terminal's log has around. */
static bool is_prompt(const struct reader *r)
{
    struct slice rest = {r->p, (size_t)(r->end - r->p)}, line, word;

    if (r->depth > 0 || r->words > 0 || !slice_line(&rest, &line))
        return false;
    line = slice_trim(line);
    if (line.n > 2 && line.p[0] == '{' && line.p[line.n - 1] == '}' &&
        memchr(line.p, ' ', line.n) == NULL)
        return true;
    return slice_word(&line, &word) && memchr(word.p, '@', word.n) != NULL &&
           (word.p[word.n - 1] == '>' || word.p[word.n - 1] == '#');
}

bool tree_is_place(struct slice line, struct slice *path)
{
    const char *open;

    line = slice_trim(line);
    open = line.n > 0 ? memchr(line.p, '[', line.n) : NULL;
    if (open == NULL || line.p[line.n - 1] != ']' || open - line.p > 6)
        return false;
    *path = (struct slice){open + 1, (size_t)(line.p + line.n - 1 - (open + 1))};
    if (path->n > 3 && path->p[2] == ':')
        *path = (struct slice){path->p + 3, path->n - 3};
    return slice_starts(*path, "/") || slice_starts(*path, "configure");
}

static bool is_place(const struct reader *r, struct slice *path)
{
    struct slice rest = {r->p, (size_t)(r->end - r->p)}, line;

    return r->form == TREE_LINES && r->depth == 0 && r->words == 0 &&
           slice_line(&rest, &line) && tree_is_place(line, path);
}

/** What follows is said there, until another place is named. */
static int take_place(struct reader *r, struct slice path)
{
    struct tree_node *at = &r->t->root;

    if (slice_starts(path, "/"))
        path = (struct slice){path.p + 1, path.n - 1};
    for (size_t i = 0; i < path.n;) {
        bool quoted = path.p[i] == '"';
        size_t start = i + quoted;

        for (i = start; i < path.n && path.p[i] != (quoted ? '"' : ' ');)
            i++;
        if (i > start)
            at = tree_add(r->t, at, (struct slice){path.p + start, i - start}, r->line);
        if (at == NULL)
            return too_large(r);
        i++;
    }
    r->open[0] = at;
    begin_statement(r);
    skip_line(r);
    return 0;
}

static int take_list_bracket(struct reader *r)
{
    bool opens = *r->p == '[';

    if (opens == r->in_list)
        return take_plain(r);
    r->in_list = opens;
    r->at->list = r->at->list || opens;
    r->p++;
    return 0;
}

static int take_token(struct reader *r)
{
    struct slice place;
    char c = *r->p;

    if (c == '\n')
        new_line(r);
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        r->p++;
        return 0;
    }
    if (is_place(r, &place))
        return take_place(r, place);
    if (is_prompt(r) || c == '#') {
        skip_line(r);
        return 0;
    }
    if (c == '/' && r->p + 1 < r->end && r->p[1] == '*')
        return skip_comment(r);
    if (c == '"')
        return take_quoted(r);
    if (c == '[' || (c == ']' && r->in_list))
        return take_list_bracket(r);
    if (r->form != TREE_SET && c == '{')
        return open_block(r);
    if (r->form != TREE_SET && c == '}')
        return close_block(r);
    if (r->form == TREE_BRACES && c == ';') {
        r->p++;
        end_statement(r);
        return 0;
    }
    return take_plain(r);
}

int tree_check_text(const char *path, struct slice text, struct err *e)
{
    const char *line_start = text.p;
    size_t line = 1;

    for (const char *p = text.p; p < text.p + text.n; p++) {
        unsigned char c = (unsigned char)*p;

        if (c == '\n') {
            line++;
            line_start = p + 1;
        } else if (c < ' ' && c != '\t' && c != '\r' && c != '\f' && c != 27 && c != '\b') {
            return err_set(e, ERR_PARSE, "%s:%zu:%zu: a control character: this is no text",
                           path, line, (size_t)(p - line_start) + 1);
        }
    }
    return 0;
}

int tree_read(struct tree *t, const char *path, struct slice text, enum tree_form form,
              struct err *e)
{
    struct reader r = {.t = t, .path = path, .form = form, .line = 1, .e = e};
    int rc;

    if (slice_starts(text, "\xef\xbb\xbf"))
        text = (struct slice){text.p + 3, text.n - 3};
    r.p = r.line_start = text.p;
    r.end = text.p + text.n;
    r.open[0] = &t->root;
    rc = tree_check_text(path, text, e);
    begin_statement(&r);
    while (rc == 0 && r.p < r.end)
        rc = take_token(&r);
    if (rc == 0 && r.depth > 0)
        rc = err_set(e, ERR_PARSE,
                     "%s:%zu:1: the text ends inside the block opened in line %zu: cut off?",
                     path, r.line, r.opened[r.depth]);
    if (rc == 0 && r.in_list)
        rc = fail(&r, r.end, "a list has no end");
    if (rc == 0)
        end_statement(&r);
    return rc;
}
