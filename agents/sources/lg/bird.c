/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BIRD 1, 2 and 3, what birdc prints and what the control socket sends:
 *
 *   1007-10.0.0.0/8   unicast [...]     a number with '-': more of this reply follows
 *    \tvia ...                          a blank: goes on with the number before
 *   0000                                a number with ' ': the reply's last line
 *
 * Numbers 8xxx and 9xxx are errors (doc/reply_codes of BIRD).
 */
#include "agents/sources/lg/bird.h"

#include <string.h>

#define NUMBER 4 /* digits */

struct slice bird_table(struct slice name)
{
    if (slice_eq(name, "master") || slice_eq(name, "master4") || slice_eq(name, "master6"))
        return (struct slice){"", 0};
    return name;
}

static bool is_numbered(struct slice line)
{
    if (line.n < NUMBER || (line.n > NUMBER && line.p[NUMBER] != '-' && line.p[NUMBER] != ' '))
        return false;
    for (size_t i = 0; i < NUMBER; i++) {
        if (line.p[i] < '0' || line.p[i] > '9')
            return false;
    }
    return true;
}

static int number_of(struct slice line)
{
    int n = 0;

    for (size_t i = 0; i < NUMBER; i++)
        n = n * 10 + (line.p[i] - '0');
    return n;
}

/* Takes the socket's number off the line. */
static void strip_number(struct bird *b)
{
    struct slice *line = &b->t->line;
    size_t n = 0;

    if (is_numbered(*line)) {
        b->code = number_of(*line);
        b->ended = line->n == NUMBER || line->p[NUMBER] == ' ';
        n = line->n > NUMBER ? NUMBER + 1 : NUMBER;
    } else if (line->n > 0 && (line->p[0] == ' ' || line->p[0] == '+')) {
        n = 1;
    }
    line->p += n;
    line->n -= n;
}

static bool is_banner(struct slice line)
{
    return (slice_starts(line, "BIRD ") || slice_starts(line, "bird>")) ||
           slice_eq(line, "Access restricted") || slice_starts(line, "Daemon is ") ||
           slice_starts(line, "Current server time is ") ||
           slice_starts(line, "Last reboot on ") || slice_starts(line, "Hostname is ") ||
           slice_starts(line, "Last reconfiguration on ") || lg_has(line, " routes for ") ||
           slice_starts(line, "Total: ");
}

static bool is_refusal(struct slice line)
{
    return slice_starts(line, "syntax error") || slice_starts(line, "No such command") ||
           slice_starts(line, "Unknown ") || slice_starts(line, "Access denied") ||
           slice_starts(line, "No protocols match") || slice_starts(line, "There is no ");
}

static int end_part(struct bird *b, struct err *e)
{
    int rc = bird_route_end(b, e);

    if (rc == 0)
        rc = bird_protocol_end(b, e);
    if (rc == 0)
        rc = bird_interface_end(b, e);
    return rc;
}

/* "Router ID is A" of show status. */
static int status_line(struct bird *b, struct err *e)
{
    struct slice rest;
    struct addr id;
    int rc;

    if (!slice_starts(b->t->line, "Router ID is "))
        return 0;
    if (!lg_after(b->t->line, "Router ID is ", &rest) || !lg_addr(rest, &id))
        return 0;
    rc = lg_learn(b->t, 0, &id, e);
    return rc < 0 ? rc : 1;
}

static int ospf_neighbor(struct bird *b, struct err *e)
{
    struct slice rest = b->t->line, word[6] = {{0}};
    struct arena_mark mark = arena_mark(b->t->lg->arena);
    struct fact_link link;
    struct addr id;
    char text[ADDR_TEXT];
    size_t n = 0;
    int rc;

    while (n < 6 && slice_word(&rest, &word[n]))
        n++;
    if (n < 6 || !addr_parse(word[0], &id))
        return 0;
    if (!slice_starts(word[2], "Full")) {
        lg_note(b->t, "OSPF neighbours that are not fully adjacent");
        return 1;
    }
    fact_init(FACT_LINK, &link);
    link.a_node = b->t->lg->node;
    link.b_node = addr_format(&id, text);
    link.protocol = "ospf";
    rc = lg_copy(b->t->lg, word[4], &link.a_interface, e);
    if (rc == 0)
        rc = lg_put(b->t->lg, FACT_LINK, &link, e);
    arena_rewind(b->t->lg->arena, mark);
    return rc < 0 ? rc : 1;
}

static bool begins_graph(struct slice line)
{
    return slice_starts(line, "area ") || slice_eq(line, "Global") ||
           slice_starts(line, "Area ") || slice_starts(line, "OSPFv");
}

/* Lines that begin a part, or belong to none. */
static int other_line(struct bird *b, struct err *e)
{
    struct slice line = b->t->line;

    if (b->raw && b->code >= 8000)
        return lg_refused(line, e);
    if (lg_indent(line) == 0 && is_refusal(line))
        return lg_refused(line, e);
    if (begins_graph(line) || b->part == BIRD_OSPF_GRAPH) {
        if (b->part != BIRD_OSPF_GRAPH)
            lg_note(b->t, "OSPF's database, which names routers by their ids only");
        b->part = BIRD_OSPF_GRAPH;
        return 1;
    }
    if (is_banner(line)) {
        b->t->known = true;
        return 1;
    }
    return (line.n > 1 && line.p[line.n - 1] == ':' && lg_indent(line) == 0);
}

/* "Router ID   Pri  State  DTime  Interface  Router IP", and what stands below. */
static int neighbors_line(struct bird *b, struct err *e)
{
    struct slice line = b->t->line;

    if (slice_starts(line, "Router ID") && lg_has(line, "Pri") && lg_has(line, "DTime")) {
        b->part = BIRD_OSPF_NEIGHBORS;
        return end_part(b, e) < 0 ? e->code : 1;
    }
    return b->part == BIRD_OSPF_NEIGHBORS ? ospf_neighbor(b, e) : 0;
}

static int read_line(struct bird *b, struct err *e)
{
    static int (*const readers[])(struct bird *, struct err *) = {
        neighbors_line, bird_route_line, bird_interface_line, bird_protocol_line, status_line};
    int rc = 0;

    if (b->t->line.n == 0)
        return 0;
    for (size_t i = 0; i < sizeof(readers) / sizeof(*readers) && rc == 0; i++)
        rc = readers[i](b, e);
    b->t->known |= rc > 0;
    if (rc == 0)
        rc = other_line(b, e);
    if (rc == 0)
        lg_strange(b->t);
    return rc < 0 ? rc : 0;
}

/* The AS number, where all sessions agree on it. */
static int learn_asn(struct bird *b, struct err *e)
{
    int rc;

    if (b->asn <= 0)
        return 0;
    rc = lg_enter(b->t, (struct slice){"", 0}, e);
    return rc < 0 ? rc : lg_learn(b->t, (uint32_t)b->asn, NULL, e);
}

static int parse_lines(struct lg_text *t, struct err *e)
{
    struct bird b = {.t = t, .asn = FACT_NONE};
    int rc = 0;

    t->lg->platform = "bird";
    while (rc == 0 && lg_next(t)) {
        if (t->number == 1)
            b.raw = is_numbered(t->line);
        if (b.raw)
            strip_number(&b);
        rc = read_line(&b, e);
    }
    if (rc == 0 && b.raw && !b.ended)
        rc = err_set(e, ERR_PARSE, "the reply breaks off before its last line");
    t->known |= b.raw;
    if (rc == 0)
        rc = end_part(&b, e);
    return rc < 0 ? rc : learn_asn(&b, e);
}

static int parse(struct lg *lg, struct slice text, struct err *e)
{
    return lg_text_parse(lg, text, parse_lines, e);
}

/* A route's head: "[protocol time]" and "(preference" on a line. */
static bool is_route_head(struct slice line)
{
    struct slice rest = line, word;
    struct prefix p;

    if (lg_indent(line) == 0 && (!slice_word(&rest, &word) || !prefix_parse(word, &p)))
        return false;
    return lg_after(line, " [", &rest) && lg_after(rest, "] ", &rest) &&
           lg_after(rest, "(", &rest) && rest.n > 0 && rest.p[0] >= '0' && rest.p[0] <= '9' &&
           (lg_has(line, "unicast [") || lg_has(line, "via ") || lg_has(line, "dev ") ||
            lg_has(line, "multipath [") || lg_has(line, "blackhole [") ||
            lg_has(line, "unreachable [") || lg_has(line, "prohibit"));
}

static int look(struct slice head)
{
    struct slice line;
    int most = 0;

    for (unsigned i = 0; i < 200 && slice_line(&head, &line); i++) {
        line = slice_trim(line);
        if (is_numbered(line) && lg_has(line, "BIRD") && lg_has(line, "ready."))
            return 98;
        if (slice_starts(line, "BIRD ") && lg_has(line, "ready."))
            return 98;
        if (is_route_head(line))
            return 90;
        if (slice_starts(line, "Router ID is ") || slice_starts(line, "Table master"))
            most = 60;
        if ((slice_starts(line, "Name ") || slice_starts(line, "name ")) &&
            (lg_has(line, "Proto ") || lg_has(line, "proto ")) &&
            (lg_has(line, "Since") || lg_has(line, "since")))
            return 85;
        if (lg_has(line, " (index=") && line.p[line.n - 1] == ')')
            most = 70;
    }
    return most;
}

static int likeness(const struct agent_file *f)
{
    return lg_text_likeness(f, look);
}

static const struct lg_form form = {.parse = parse};

const struct agent_dialect lg_dialect_bird = {
    .name = "bird",
    .summary = "BIRD 1 to 3, as birdc prints it or the control socket sends it: show route, "
               "protocols, interfaces, ospf neighbors, status",
    .likeness = likeness,
    .read = lg_read_file,
    .parser = &form,
};
