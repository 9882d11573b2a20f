/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/lg/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAB         8
#define MAX_NUMBER  (UINT64_C(1) << 53)
#define PUNCTUATION ",;:)]}"
#define MAX_QUOTE   100 /* characters of what a router says */

/* --- lines --- */

/* All that slice_trim() takes off, so that a line of which that leaves nothing is empty here.
 */
static struct slice trim_end(struct slice s)
{
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || (s.p[s.n - 1] >= '\t' && s.p[s.n - 1] <= '\r') ||
                       s.p[s.n - 1] == '\0'))
        s.n--;
    return s;
}

/* What pagers leave behind: "--More--", and as many backspaces before the line itself. */
static struct slice without_pager(struct slice s)
{
    const char *back = s.n > 0 ? memrchr(s.p, '\b', s.n) : NULL;

    return back != NULL ? (struct slice){back + 1, s.n - (size_t)(back + 1 - s.p)} : s;
}

/* Output that is pasted into a report stands further to the right as a whole. */
static struct slice without_margin(struct slice s, size_t margin)
{
    size_t n = 0;

    while (n < margin && n < s.n && s.p[n] == ' ')
        n++;
    return (struct slice){s.p + n, s.n - n};
}

/* "r1# show version", "show version", "r1#": typed, and not indented as the answer may be. */
static bool is_typed(struct slice line)
{
    char last = line.n > 0 ? line.p[line.n - 1] : '\0';

    return line.n == 0 || lg_has(line, "show ") ||
           ((last == '#' || last == '>') && memchr(line.p, ' ', line.n) == NULL);
}

/* Blanks that all lines of the answer begin with. */
static size_t margin_of(struct slice text)
{
    size_t margin = SIZE_MAX;
    struct slice line;

    while (margin > 0 && slice_line(&text, &line)) {
        size_t n = 0;

        line = trim_end(without_pager(line));
        while (n < line.n && line.p[n] == ' ')
            n++;
        if (n < margin && !is_typed(line))
            margin = n;
    }
    return margin == SIZE_MAX ? 0 : margin;
}

bool lg_next(struct lg_text *t)
{
    if (!slice_line(&t->rest, &t->line))
        return false;
    t->line = without_margin(trim_end(without_pager(t->line)), t->margin);
    t->number++;
    return true;
}

size_t lg_indent(struct slice line)
{
    size_t at = 0;

    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == '\t')
            at = (at / TAB + 1) * TAB;
        else if (line.p[i] == ' ')
            at++;
        else
            break;
    }
    return at;
}

/* --- remarks --- */

static void add_note(struct lg_text *t, const char *reason)
{
    for (size_t i = 0; i < t->n_notes; i++) {
        if (t->notes[i].reason == reason) {
            t->notes[i].n++;
            return;
        }
    }
    if (t->n_notes < LG_MAX_NOTES)
        t->notes[t->n_notes++] = (struct lg_note){reason, 1, t->number};
}

void lg_note(struct lg_text *t, const char *reason)
{
    t->known = true;
    add_note(t, reason);
}

void lg_strange(struct lg_text *t)
{
    static const char reason[] = "lines of a form that is not known";

    add_note(t, reason);
}

int lg_refused(struct slice said, struct err *e)
{
    char text[MAX_QUOTE + 1];
    size_t n;

    said = slice_trim(said);
    n = said.n < MAX_QUOTE ? said.n : MAX_QUOTE;
    for (size_t i = 0; i < n; i++)
        text[i] = said.p[i] >= ' ' && said.p[i] <= '~' ? said.p[i] : '?';
    text[n] = '\0';
    return err_set(e, ERR_REMOTE, "the router answers \"%s\"", text);
}

static void tell_notes(struct lg_text *t)
{
    for (size_t i = 0; i < t->n_notes; i++) {
        const struct lg_note *n = &t->notes[i];
        char where[40], text[200];

        snprintf(where, sizeof(where), "line %u", n->line);
        if (n->n > 1)
            snprintf(text, sizeof(text), "%s (%zu, this is the first)", n->reason, n->n);
        else
            snprintf(text, sizeof(text), "%s", n->reason);
        t->lg->sink->ignore(t->lg->sink, where, text);
    }
}

/* --- the whole --- */

/* No fact: nothing is there, or nothing that is read here, or it is no answer at all. */
static int no_facts(struct lg_text *t, struct err *e)
{
    if (!t->known)
        return err_set(e, ERR_PARSE, "1:1: nothing in it is known");
    if (t->n_notes == 0)
        return 0;
    return err_set(e, ERR_NOENT, "%u:1: nothing that is read here: %s", t->notes[0].line,
                   t->notes[0].reason);
}

static int run(struct lg *lg, struct slice text, lg_text_parser *parse, struct err *e)
{
    struct lg_text *t = calloc(1, sizeof(*t));
    int rc;

    if (t == NULL)
        return err_set(e, ERR_NOMEM, "no memory to read an answer");
    if (slice_starts(text, "\xef\xbb\xbf")) /* a byte order mark */
        text = (struct slice){text.p + 3, text.n - 3};
    t->lg = lg;
    t->rest = text;
    t->margin = margin_of(text);
    t->facts = lg->n_facts;
    rc = parse(t, e);
    lg_route_end(t);
    if (rc == 0 && lg->n_facts == t->facts)
        rc = no_facts(t, e);
    else if (rc == 0)
        tell_notes(t);
    else if (rc != ERR_CANCELLED)
        rc = err_in(e, "%u:1", t->number > 0 ? t->number : 1);
    free(t);
    return rc;
}

int lg_text_parse(struct lg *lg, struct slice text, lg_text_parser *parse, struct err *e)
{
    struct buf page = {0};
    int rc = lg_html(text, &page, e);

    if (rc == 0)
        rc = run(lg, text, parse, e);
    else if (rc > 0)
        rc = run(lg, (struct slice){buf_cstr(&page), page.len}, parse, e);
    buf_free(&page);
    return rc;
}

int lg_text_likeness(const struct agent_file *f, int (*look)(struct slice head))
{
    struct slice head = agent_file_head(f);
    struct buf page = {0};
    int rc;

    if (head.n > 0 && memchr(head.p, '\0', head.n) != NULL)
        return 0;
    rc = lg_html(head, &page, NULL);
    if (rc == 0)
        rc = look(head);
    else if (rc > 0)
        rc = look((struct slice){buf_cstr(&page), page.len});
    buf_free(&page);
    return rc > 0 ? rc : 0;
}

/* --- words --- */

bool lg_after(struct slice s, const char *key, struct slice *rest)
{
    size_t n = strlen(key);
    const char *at = s.n > 0 ? memmem(s.p, s.n, key, n) : NULL;

    if (at == NULL)
        return false;
    *rest = (struct slice){at + n, s.n - (size_t)(at + n - s.p)};
    return true;
}

bool lg_has(struct slice s, const char *key)
{
    struct slice rest;

    return lg_after(s, key, &rest);
}

static bool is_in(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

void lg_keep(char out[LG_MAX_NAME + 1], struct slice name)
{
    if (name.n > LG_MAX_NAME || (name.n > 0 && !str_is_utf8(name.p, name.n)))
        name.n = 0;
    if (name.n > 0)
        memcpy(out, name.p, name.n);
    out[name.n] = '\0';
}

struct slice lg_strip(struct slice s, const char *set)
{
    while (s.n > 0 && is_in(s.p[0], set)) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_in(s.p[s.n - 1], set))
        s.n--;
    return s;
}

struct slice lg_until(struct slice s, const char *set)
{
    size_t n = 0;

    while (n < s.n && !is_in(s.p[n], set))
        n++;
    return (struct slice){s.p, n};
}

struct slice lg_first(struct slice s)
{
    struct slice word = {0};

    if (!slice_word(&s, &word))
        return (struct slice){"", 0};
    while (word.n > 0 && is_in(word.p[word.n - 1], PUNCTUATION) &&
           !(word.n > 1 && word.p[word.n - 1] == ':' && word.p[word.n - 2] == ':'))
        word.n--; /* "::" ends an address */
    return word;
}

bool lg_number(struct slice s, int64_t *out)
{
    uint64_t value;
    size_t n = 0;

    s = slice_trim(s);
    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    if (n < s.n && !is_in(s.p[n], " \t" PUNCTUATION))
        return false;
    if (!slice_u64((struct slice){s.p, n}, MAX_NUMBER, &value))
        return false;
    *out = (int64_t)value;
    return true;
}

bool lg_number_after(struct slice s, const char *key, int64_t *out)
{
    struct slice rest;

    return lg_after(s, key, &rest) && lg_number(rest, out);
}

bool lg_addr(struct slice s, struct addr *out)
{
    s = lg_until(slice_trim(s), " \t,;()[]%@<>");
    return addr_parse(s, out);
}

static bool classful(struct slice s, struct prefix *out)
{
    struct addr a;
    unsigned len;

    if (!addr_parse(s, &a) || a.family != 4)
        return false;
    len = a.b[0] < 128 ? 8 : a.b[0] < 192 ? 16 : a.b[0] < 224 ? 24 : 32;
    if (a.b[0] == 0)
        len = 0;
    *out = prefix_of(&a, len);
    return addr_eq(&out->addr, &a);
}

bool lg_network(struct slice s, struct prefix *out)
{
    if (s.n == 0)
        return false;
    return memchr(s.p, '/', s.n) != NULL ? prefix_parse_loose(s, out) : classful(s, out);
}

/* --- tables --- */

int lg_enter(struct lg_text *t, struct slice name, struct err *e)
{
    name = lg_table_name(lg_strip(slice_trim(name), "\"'"));
    if (name.n > LG_MAX_NAME)
        return err_set(e, ERR_LIMIT, "a table's name of more than %d bytes", LG_MAX_NAME);
    if (!str_is_utf8(name.p, name.n))
        return err_set(e, ERR_PARSE, "a table's name that is not UTF-8");
    if (name.n > 0)
        memcpy(t->table, name.p, name.n);
    t->table[name.n] = '\0';
    t->rd[0] = '\0';
    t->lg->n_routes = 0;
    return 0;
}

int lg_learn(struct lg_text *t, uint32_t asn, const struct addr *router_id, struct err *e)
{
    struct lg_table said = {.asn = asn != 0 ? (int64_t)asn : FACT_NONE,
                            .local_pref = FACT_NONE};

    if (router_id != NULL && router_id->family == 4)
        said.router_id = *router_id;
    t->lg->n_facts++; /* what is known of the router as a whole is put at the end */
    return lg_remember(t->lg, t->table, &said, e);
}
