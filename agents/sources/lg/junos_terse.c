/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Junos's `show route terse`:
 *
 *     A V Destination        P Prf   Metric 1   Metric 2  Next hop        AS path
 *     * ? 192.168.10.1/32    B 170        100          1                  65001 I
 *       unverified                                       >10.1.0.6
 *       ?                    B 170        100                             65001 I
 *
 * Metric 1 is BGP's local preference and another protocol's metric, metric 2 the MED. Either
 * may be missing, and an AS path begins with a number: the header's columns tell them apart.
 * Older releases have no V, and the next hop on the first line.
 */
#include "agents/sources/lg/junos.h"

#include <string.h>

static bool end_of(struct slice line, const char *name, size_t *end)
{
    struct slice rest;

    if (!lg_after(line, name, &rest))
        return false;
    *end = (size_t)(rest.p - line.p);
    return true;
}

static bool is_header(struct junos *j)
{
    struct slice line = j->t->line;
    size_t next_hop, path;

    if (line.n > LG_MAX_COLUMN || !lg_has(line, "Destination") || !lg_has(line, "Prf") ||
        !end_of(line, "Metric 1", &j->metric1) || !end_of(line, "Metric 2", &j->metric2) ||
        !end_of(line, "Next hop", &next_hop) || !end_of(line, "AS path", &path))
        return false;
    j->next_hop = next_hop - strlen("Next hop");
    j->as_path = path - strlen("AS path");
    return true;
}

/* ">10.0.0.3", "10.0.0.4", ">ge-0/0/0.0", "Local", "Discard". */
static int read_hop(struct junos *j, struct slice word, struct err *e)
{
    struct slice s = lg_strip(word, ">");
    struct addr a = {0};

    j->entry.leads = true;
    if (slice_eq(s, "Discard") || slice_eq(s, "Reject")) {
        j->t->route.fact.discard = 1;
        return 0;
    }
    if (slice_eq(s, "Local") || slice_eq(s, "Receive") || slice_eq(s, "Indirect"))
        return 0;
    if (!lg_addr(s, &a))
        return lg_route_hop(j->t, NULL, s, e);
    return lg_route_hop(j->t, &a, (struct slice){"", 0}, e);
}

static bool is_hop(struct slice word)
{
    struct addr a;

    return word.p[0] == '>' || lg_addr(word, &a) || slice_eq(word, "Local") ||
           slice_eq(word, "Discard") || slice_eq(word, "Reject") || slice_eq(word, "Receive") ||
           slice_eq(word, "Indirect");
}

/* What stands behind the preference. */
static int read_cells(struct junos *j, struct slice rest, struct err *e)
{
    struct fact_route *f = &j->t->route.fact;
    struct slice word;
    int64_t value;
    int rc = 0;

    while (rc == 0 && slice_word(&rest, &word)) {
        size_t at = (size_t)(word.p - j->t->line.p);
        bool number = lg_number(word, &value);

        if (number && at < j->metric1)
            *(j->entry.is_bgp ? &f->local_pref : &f->metric) = value;
        else if (number && at < j->metric2) {
            if (j->entry.is_bgp)
                f->med = value;
        } else if (is_hop(word) && at + 1 < j->as_path + (word.p[0] == '>' ? 40 : 0)) {
            rc = read_hop(j, word, e);
        } else {
            return junos_path(
                j, (struct slice){word.p, j->t->line.n - (size_t)(word.p - j->t->line.p)}, e);
        }
    }
    return rc;
}

/* Validation's marks, in the column V and below. */
static bool is_validation(struct slice word)
{
    static const char *const words[] = {"?",     "V",       "I",          "N",      "U",
                                        "valid", "invalid", "unverified", "unknown"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (slice_eq(word, words[i]))
            return true;
    }
    return false;
}

static bool is_protocol(struct slice word, struct slice after)
{
    struct slice preference;
    int64_t n;

    return word.n == 1 && strchr("BOISDLARKTEMP", word.p[0]) != NULL &&
           slice_word(&after, &preference) && lg_number(preference, &n) && n <= 255;
}

/* "* ? DEST B 170 ...": flags, network, protocol and preference. 0: it is no such row. */
static int read_row(struct junos *j, struct err *e)
{
    struct slice rest = j->t->line, word, preference;
    struct junos_use use = j->use;
    int rc;

    j->use = (struct junos_use){0};
    while (slice_word(&rest, &word)) {
        if (is_protocol(word, rest)) {
            slice_word(&rest, &preference);
            if (!j->has_prefix)
                return 1;
            junos_open(j, word, use);
            lg_number(preference, &j->t->route.fact.distance);
            rc = read_cells(j, rest, e);
            return rc < 0 ? rc : 1;
        }
        if (word.n == 1 && junos_marked(word)) {
            use = junos_use(word.p[0]);
        } else if (memchr(word.p, '/', word.n) != NULL && word.p[0] != '>') {
            rc = junos_route_end(j, e);
            if (rc < 0)
                return rc;
            if (!junos_network(j, word))
                j->has_prefix = false;
        } else if (!is_validation(word)) {
            return 0;
        }
    }
    return 0;
}

static bool has_protocol(struct slice rest)
{
    struct slice word;

    for (unsigned i = 0; i < 4 && slice_word(&rest, &word); i++) {
        if (is_protocol(word, rest))
            return true;
    }
    return false;
}

/* Next hops of the row above: "unverified   >10.0.0.3". */
static int read_more_hops(struct junos *j, struct err *e)
{
    struct slice rest = j->t->line, word;
    int rc = 0;
    bool any = false;

    while (rc == 0 && slice_word(&rest, &word)) {
        if (!any && is_validation(word))
            continue;
        if (!is_hop(word) && (size_t)(word.p - j->t->line.p) + 1 < j->next_hop)
            return 0;
        any = true;
        rc = read_hop(j, word, e);
    }
    return rc < 0 ? rc : 1;
}

int junos_terse_line(struct junos *j, struct err *e)
{
    struct slice line = j->t->line, rest = line, word;
    int rc;

    if (is_header(j)) {
        rc = junos_route_end(j, e);
        j->part = JUNOS_TERSE;
        j->has_prefix = false;
        return rc < 0 ? rc : 1;
    }
    if (j->part != JUNOS_TERSE)
        return 0;
    if (has_protocol(line)) {
        rc = junos_route_end(j, e);
        if (rc == 0)
            rc = read_row(j, e);
        j->has_prefix &= rc != 0;
        return rc;
    }
    /* A long network stands on a line of its own, with its flags. */
    j->use = (struct junos_use){0};
    while (slice_word(&rest, &word)) {
        if (word.n == 1 && junos_marked(word))
            j->use = junos_use(word.p[0]);
        if (slice_trim(rest).n == 0 && junos_is_network(j, word)) {
            rc = junos_route_end(j, e);
            if (rc == 0)
                j->has_prefix = junos_network(j, word);
            return rc < 0 ? rc : 1;
        }
    }
    rc = j->t->route.open ? read_more_hops(j, e) : 0;
    if (rc != 0)
        return rc;
    j->has_prefix = false; /* what follows is not of the network above */
    return junos_route_end(j, e);
}
