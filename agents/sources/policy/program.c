/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/policy/program.h"

#include "model/facts.h"

#include <string.h>

#define PUSH(p, a)                                                                             \
    (grow((p), (void **)&(a)->v, (a)->n, &(a)->cap, sizeof(*(a)->v)) ? &(a)->v[(a)->n++] : NULL)

static void *alloc(struct program *p, size_t size)
{
    void *out = arena_alloc(p->arena, size);

    p->failed = p->failed || out == NULL;
    return out;
}

static bool grow(struct program *p, void **v, size_t n, size_t *cap, size_t size)
{
    size_t want = n < 4 ? 4 : n * 2;
    void *bigger;

    if (n < *cap)
        return true;
    bigger = alloc(p, want * size);
    if (bigger == NULL)
        return false;
    if (n > 0)
        memcpy(bigger, *v, n * size);
    *v = bigger;
    *cap = want;
    return true;
}

static struct program_step *push(struct program *p)
{
    struct program_step *s;

    if (p->steps.n >= PROGRAM_MAX_TERMS) {
        p->too_long = true;
        return NULL;
    }
    s = PUSH(p, &p->steps);
    if (s != NULL)
        *s = (struct program_step){.label = -1};
    return s;
}

int program_label(struct program *p)
{
    int *slot = PUSH(p, &p->labels);

    if (slot == NULL)
        return -1;
    *slot = -1;
    return (int)p->labels.n - 1;
}

void program_place(struct program *p, int label)
{
    if (label >= 0)
        p->labels.v[label] = (int)p->steps.n;
}

void program_test(struct program *p, const char *match, int label)
{
    struct program_step *s = push(p);

    if (s == NULL)
        return;
    s->match = match;
    s->label = label;
}

void program_go(struct program *p, int label)
{
    struct program_step *s = push(p);

    if (s != NULL)
        s->label = label;
}

void program_set(struct program *p, const char *change)
{
    struct program_step *s = push(p);
    const char **slot = s != NULL ? PUSH(p, &s->set) : NULL;

    if (slot != NULL)
        *slot = change;
}

void program_end(struct program *p, bool accept)
{
    struct program_step *s = push(p);

    if (s != NULL)
        s->then = accept ? PROGRAM_ACCEPT : PROGRAM_REJECT;
}

/* --- finishing: every label becomes the number of a step */

static size_t target(const struct program *p, const struct program_step *s, size_t i)
{
    int at = s->label >= 0 ? p->labels.v[s->label] : -1;

    return at >= 0 ? (size_t)at : i + 1;
}

/** The attribute that a change or a condition is of, as a bit; 0: none that is both. */
static unsigned attribute(const char *words)
{
    static const char *const names[] = {"local-preference", "med",       "tag",
                                        "origin",           "community", "large-community",
                                        "as-path",          "next-hop"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (strncmp(words, names[i], strlen(names[i])) == 0)
            return 1U << i;
    }
    return 0;
}

/** The words of facts have conditions on the value of now only: where that was changed on a way
 * to the condition, what the condition sees can't be told. Jumps only go forward. */
static void forget_changed(struct program *p, const size_t *to, unsigned *changed)
{
    for (size_t i = 0; i < p->steps.n; i++) {
        struct program_step *s = &p->steps.v[i];

        if (s->match != NULL && (changed[i] & attribute(s->match)) != 0)
            s->match = "unknown value from before a change";
        if (s->match != NULL)
            changed[i + 1] |= changed[i];
        for (size_t k = 0; k < s->set.n; k++)
            changed[i] |= attribute(s->set.v[k]);
        if (s->then == PROGRAM_GO)
            changed[to[i]] |= changed[i];
    }
}

/** Where a step leads after a match, once places that only lead on are passed. */
static size_t follow(const struct program *p, const size_t *to, size_t at)
{
    while (at < p->steps.n) {
        const struct program_step *s = &p->steps.v[at];

        if (s->match != NULL || s->set.n > 0 || s->then != PROGRAM_GO)
            break;
        at = to[at];
    }
    return at;
}

static bool copy_sets(struct program *p, struct program_step *s,
                      const struct program_step *from)
{
    for (size_t i = 0; i < from->set.n; i++) {
        const char **slot = PUSH(p, &s->set);

        if (slot == NULL)
            return false;
        *slot = from->set.v[i];
    }
    return true;
}

/** A step that leads to unconditional ones does itself what they do. Jumps only go forward, so
 * going from the end each step it leads to is done already. */
static void join(struct program *p, size_t *to, size_t i)
{
    struct program_step *s = &p->steps.v[i];

    if (s->then != PROGRAM_GO)
        return;
    to[i] = follow(p, to, to[i]);
    if (to[i] < p->steps.n && p->steps.v[to[i]].match == NULL) {
        const struct program_step *next = &p->steps.v[to[i]];

        /* the array of the copied step may be shared: start a new one */
        s->set.cap = s->set.n;
        if (!copy_sets(p, s, next))
            return;
        s->then = next->then;
        to[i] = to[to[i]];
    }
}

/** Steps that are ever come to: behind a condition, or led to. */
static void reach(const struct program *p, const size_t *to, bool *reached)
{
    reached[follow(p, to, 0)] = true;
    for (size_t i = 0; i < p->steps.n; i++) {
        const struct program_step *s = &p->steps.v[i];

        if (!reached[i])
            continue;
        if (s->then == PROGRAM_GO)
            reached[to[i]] = true;
        if (s->match != NULL)
            reached[i + 1] = true;
    }
}

/** A step that only leads to the next one that is left is left out. */
static void prune(const struct program *p, const size_t *to, bool *reached)
{
    for (size_t i = p->steps.n; i-- > 0;) {
        const struct program_step *s = &p->steps.v[i];
        size_t next = i + 1;

        if (s->match != NULL || s->set.n > 0 || s->then != PROGRAM_GO)
            continue;
        while (next < p->steps.n && !reached[next])
            next++;
        if (next == to[i])
            reached[i] = false;
    }
}

static void state(struct program *p, const struct program_step *s, size_t number,
                  int64_t on_match)
{
    struct fact_policy_term *t = PUSH(p, &p->terms);

    if (t == NULL)
        return;
    fact_init(FACT_POLICY_TERM, t);
    t->node = p->node;
    t->name = p->name;
    t->seq = (int64_t)number;
    t->action = s->then == PROGRAM_REJECT ? "deny" : "permit";
    t->on_match = on_match;
    if (s->match != NULL) {
        const char **one = alloc(p, sizeof(*one));

        if (one != NULL)
            *one = s->match;
        t->match = (struct strs){one, one != NULL};
    }
    if (s->then != PROGRAM_REJECT)
        t->set = (struct strs){s->set.v, s->set.n};
}

/** Numbers the steps that are left 10, 20, ... and states them. */
static void state_all(struct program *p, const size_t *to, const bool *reached, size_t *number)
{
    size_t n = 0;

    for (size_t i = 0; i <= p->steps.n; i++) {
        n += i < p->steps.n && reached[i];
        number[i] = 10 * (i < p->steps.n && reached[i] ? n : n + 1);
    }
    for (size_t i = 0; i < p->steps.n; i++) {
        const struct program_step *s = &p->steps.v[i];
        int64_t on_match = FACT_NONE;

        if (!reached[i])
            continue;
        if (s->then == PROGRAM_GO)
            on_match = number[to[i]] == number[i] + 10 ? 0 : (int64_t)number[to[i]];
        state(p, s, number[i], on_match);
    }
}

void program_finish(struct program *p)
{
    size_t *to, *number, n;
    unsigned *changed;
    bool *reached;

    if (p->too_long) { /* the last word; what was read so far stands before it */
        p->steps.n = 0;
        program_set(p, "unknown filter that is too long");
        program_end(p, true);
    }
    p->steps.n -= p->steps.n == PROGRAM_MAX_TERMS;
    program_end(p, false); /* a filter that comes to no decision rejects */
    n = p->steps.n;
    to = alloc(p, (n + 1) * sizeof(*to));
    number = alloc(p, (n + 1) * sizeof(*number));
    reached = alloc(p, (n + 1) * sizeof(*reached));
    changed = alloc(p, (n + 1) * sizeof(*changed));
    if (to == NULL || number == NULL || reached == NULL || changed == NULL || n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        to[i] = target(p, &p->steps.v[i], i);
    if (p->original)
        forget_changed(p, to, changed);
    for (size_t i = n; i-- > 0;)
        join(p, to, i);
    reach(p, to, reached);
    prune(p, to, reached);
    state_all(p, to, reached, number);
}
