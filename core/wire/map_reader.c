/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/map_reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "wire/scan.h"

#define MEMBER "\"network-map\""

struct reader {
    struct scan s;
    struct arena *arena;
    struct {
        VEC(struct prefix);
    } prefixes; /* of a PID */
    struct {
        VEC(struct pid);
    } pids;
};

/* --- order --- */

int map_by_name(const void *a, const void *b)
{
    return strcmp(((const struct pid *)a)->name, ((const struct pid *)b)->name);
}

static int by_prefix(const void *a, const void *b)
{
    return prefix_cmp(a, b);
}

size_t map_sort_prefixes(struct prefix *v, size_t n)
{
    size_t in_order = 1, kept = 0;
    while (in_order < n && prefix_cmp(&v[in_order - 1], &v[in_order]) < 0)
        in_order++;
    if (in_order >= n) /* nearly always: servers write them so */
        return n;
    qsort(v, n, sizeof(*v), by_prefix);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || !prefix_eq(&v[kept - 1], &v[i]))
            v[kept++] = v[i];
    }
    return kept;
}

/* False: two have the same name. */
static bool sort_pids(struct pid *v, size_t n)
{
    size_t in_order = 1;
    while (in_order < n && map_by_name(&v[in_order - 1], &v[in_order]) < 0)
        in_order++;
    if (in_order >= n)
        return true;
    qsort(v, n, sizeof(*v), map_by_name);
    for (size_t i = 1; i < n; i++) {
        if (map_by_name(&v[i - 1], &v[i]) == 0)
            return false;
    }
    return true;
}

/* --- reading --- */

/* A string of plain characters, at most as long as a PID's name. */
static bool take_name(struct scan *s, struct slice *out)
{
    scan_space(s);
    if (*s->p != '"')
        return false;
    const char *first = ++s->p;
    while (s->p < s->end && *s->p >= ' ' && *s->p <= '~' && *s->p != '"' && *s->p != '\\')
        s->p++;
    *out = (struct slice){first, (size_t)(s->p - first)};
    return out->n <= PID_NAME_MAX && s->p < s->end && *s->p++ == '"';
}

/* No character of a prefix is special in JSON. */
static bool take_prefix(struct reader *r, unsigned family)
{
    struct scan *s = &r->s;
    struct prefix *p = VEC_PUSH(&r->prefixes);
    scan_space(s);
    if (!p || *s->p != '"')
        return false;
    size_t room = (size_t)(s->end - s->p);
    const char *text = s->p + 1;
    const char *quote = memchr(text, '"', room < PREFIX_TEXT ? room : PREFIX_TEXT);
    if (!quote || quote >= s->end)
        return false;
    s->p = quote + 1;
    return prefix_parse_loose((struct slice){text, (size_t)(quote - text)}, p) &&
           p->addr.family == family;
}

/* An array of prefixes. */
static bool take_group(struct reader *r, unsigned family)
{
    if (!scan_take(&r->s, '['))
        return false;
    if (scan_take(&r->s, ']'))
        return true;
    do {
        if (!take_prefix(r, family))
            return false;
    } while (scan_take(&r->s, ','));
    return scan_take(&r->s, ']');
}

/* {"ipv4":[...],"ipv6":[...]}, one, both or none of them. */
static bool take_groups(struct reader *r)
{
    bool seen[2] = {false};
    if (!scan_take(&r->s, '{'))
        return false;
    if (scan_take(&r->s, '}'))
        return true;
    do {
        struct slice name;
        if (!take_name(&r->s, &name))
            return false;
        bool six = slice_eq(name, "ipv6");
        if (seen[six] || (!six && !slice_eq(name, "ipv4")) || !scan_take(&r->s, ':') ||
            !take_group(r, six ? 6 : 4))
            return false;
        seen[six] = true;
    } while (scan_take(&r->s, ','));
    return scan_take(&r->s, '}');
}

static bool take_pid(struct reader *r)
{
    struct slice name;
    struct pid *pid = VEC_PUSH(&r->pids);
    r->prefixes.n = 0;
    if (!pid || !take_name(&r->s, &name) || name.n == 0 || !scan_take(&r->s, ':') ||
        !take_groups(r))
        return false;
    size_t n = map_sort_prefixes(r->prefixes.v, r->prefixes.n);
    pid->name = arena_strndup(r->arena, name.p, name.n);
    pid->prefixes = arena_dup(r->arena, n > 0 ? r->prefixes.v : &(struct prefix){0},
                              (n > 0 ? n : 1) * sizeof(struct prefix));
    pid->n_prefixes = n;
    return pid->name && pid->prefixes;
}

static bool take_pids(struct reader *r)
{
    if (!scan_take(&r->s, '{'))
        return false;
    if (scan_take(&r->s, '}'))
        return true;
    do {
        if (!take_pid(r))
            return false;
    } while (scan_take(&r->s, ','));
    return scan_take(&r->s, '}') && sort_pids(r->pids.v, r->pids.n);
}

bool map_reader(struct slice text, struct arena *a, struct wire_map_document *out,
                struct slice *part)
{
    struct reader r = {.arena = a};
    bool ok = scan_begin(&r.s, text) && scan_find(&r.s, MEMBER);
    part->p = r.s.p;
    if (ok)
        arena_expect(a, text.n); /* a prefix takes about as much as its text */
    ok = ok && take_pids(&r);
    if (ok) {
        part->n = (size_t)(r.s.p - part->p);
        out->n_pids = r.pids.n;
        out->pids = ARENA_ARRAY(a, r.pids.n + 1, struct pid);
        ok = out->pids != NULL;
    }
    for (size_t i = 0; ok && i < r.pids.n; i++)
        out->pids[i] = r.pids.v[i];
    VEC_FREE(&r.prefixes);
    VEC_FREE(&r.pids);
    return ok;
}
