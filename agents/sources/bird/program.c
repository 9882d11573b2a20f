/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/bird/program.h"

#include <string.h>

static struct bird_step *push(struct bird_program *p)
{
    struct bird_step *s;

    if (p->steps.n >= BIRD_MAX_TERMS) {
        p->too_long = true;
        return NULL;
    }
    s = BIRD_PUSH(p->c, &p->steps);
    if (s != NULL)
        *s = (struct bird_step){.label = -1};
    return s;
}

int bird_label(struct bird_program *p)
{
    int *slot = BIRD_PUSH(p->c, &p->labels);

    if (slot == NULL)
        return -1;
    *slot = -1;
    return (int)p->labels.n - 1;
}

void bird_place(struct bird_program *p, int label)
{
    if (label >= 0)
        p->labels.v[label] = (int)p->steps.n;
}

void bird_test(struct bird_program *p, const char *match, int label)
{
    struct bird_step *s = push(p);

    if (s == NULL)
        return;
    s->match = match;
    s->label = label;
}

void bird_go(struct bird_program *p, int label)
{
    struct bird_step *s = push(p);

    if (s != NULL)
        s->label = label;
}

void bird_set(struct bird_program *p, const char *change)
{
    struct bird_step *s = push(p);
    const char **slot = s != NULL ? BIRD_PUSH(p->c, &s->set) : NULL;

    if (slot != NULL)
        *slot = change;
}

void bird_end(struct bird_program *p, bool accept)
{
    struct bird_step *s = push(p);

    if (s != NULL)
        s->then = accept ? BIRD_ACCEPT : BIRD_REJECT;
}

void bird_untold(struct bird_program *p, const struct bird_expr *x, int if_true, int if_false)
{
    bird_test(p, bird_printf(p->c, "unknown condition at line %u", x->line), if_true);
    bird_go(p, if_false);
}

/* --- finishing: every label becomes the number of a step */

static size_t target(const struct bird_program *p, const struct bird_step *s, size_t i)
{
    int at = s->label >= 0 ? p->labels.v[s->label] : -1;

    return at >= 0 ? (size_t)at : i + 1;
}

/** Where a step leads after a match, once places that only lead on are passed. */
static size_t follow(const struct bird_program *p, const size_t *to, size_t at)
{
    while (at < p->steps.n) {
        const struct bird_step *s = &p->steps.v[at];

        if (s->match != NULL || s->set.n > 0 || s->then != BIRD_GO)
            break;
        at = to[at];
    }
    return at;
}

static bool copy_sets(struct bird_program *p, struct bird_step *s, const struct bird_step *from)
{
    for (size_t i = 0; i < from->set.n; i++) {
        const char **slot = BIRD_PUSH(p->c, &s->set);

        if (slot == NULL)
            return false;
        *slot = from->set.v[i];
    }
    return true;
}

/** A step that leads to unconditional ones does itself what they do. Jumps only go forward, so
 * going from the end each step it leads to is done already. */
static void join(struct bird_program *p, size_t *to, size_t i)
{
    struct bird_step *s = &p->steps.v[i];

    if (s->then != BIRD_GO)
        return;
    to[i] = follow(p, to, to[i]);
    if (to[i] < p->steps.n && p->steps.v[to[i]].match == NULL) {
        const struct bird_step *next = &p->steps.v[to[i]];

        /* the array of the copied step may be shared: start a new one */
        s->set.cap = s->set.n;
        if (!copy_sets(p, s, next))
            return;
        s->then = next->then;
        to[i] = to[to[i]];
    }
}

/** Steps that are ever come to: behind a condition, or led to. */
static void reach(const struct bird_program *p, const size_t *to, bool *reached)
{
    reached[follow(p, to, 0)] = true;
    for (size_t i = 0; i < p->steps.n; i++) {
        const struct bird_step *s = &p->steps.v[i];

        if (!reached[i])
            continue;
        if (s->then == BIRD_GO)
            reached[to[i]] = true;
        if (s->match != NULL)
            reached[i + 1] = true;
    }
}

/** A step that only leads to the next one that is left is left out. */
static void prune(const struct bird_program *p, const size_t *to, bool *reached)
{
    for (size_t i = p->steps.n; i-- > 0;) {
        const struct bird_step *s = &p->steps.v[i];
        size_t next = i + 1;

        if (s->match != NULL || s->set.n > 0 || s->then != BIRD_GO)
            continue;
        while (next < p->steps.n && !reached[next])
            next++;
        if (next == to[i])
            reached[i] = false;
    }
}

static void state(struct bird_program *p, const struct bird_step *s, size_t number,
                  int64_t on_match)
{
    struct fact_policy_term *t = BIRD_PUSH(p->c, &p->c->terms);

    if (t == NULL)
        return;
    fact_init(FACT_POLICY_TERM, t);
    t->node = p->c->node;
    t->name = p->name;
    t->seq = (int64_t)number;
    t->action = s->then == BIRD_REJECT ? "deny" : "permit";
    t->on_match = on_match;
    if (s->match != NULL) {
        const char **one = bird_alloc(p->c, sizeof(*one));

        if (one != NULL)
            *one = s->match;
        t->match = (struct strs){one, one != NULL};
    }
    if (s->then != BIRD_REJECT)
        t->set = (struct strs){s->set.v, s->set.n};
}

/** Numbers the steps that are left 10, 20, ... and states them. */
static void state_all(struct bird_program *p, const size_t *to, const bool *reached,
                      size_t *number)
{
    size_t n = 0;

    for (size_t i = 0; i <= p->steps.n; i++) {
        n += i < p->steps.n && reached[i];
        number[i] = 10 * (i < p->steps.n && reached[i] ? n : n + 1);
    }
    for (size_t i = 0; i < p->steps.n; i++) {
        const struct bird_step *s = &p->steps.v[i];
        int64_t on_match = FACT_NONE;

        if (!reached[i])
            continue;
        if (s->then == BIRD_GO)
            on_match = number[to[i]] == number[i] + 10 ? 0 : (int64_t)number[to[i]];
        state(p, s, number[i], on_match);
    }
}

void bird_finish(struct bird_program *p)
{
    size_t *to, *number, n;
    bool *reached;

    if (p->too_long) { /* the last word; what was read so far stands before it */
        bird_note_line(p->c, 1, 1, "filter: becomes too many terms");
        p->steps.n = 0;
        bird_set(p, "unknown filter that is too long");
        bird_end(p, true);
    }
    p->steps.n -= p->steps.n == BIRD_MAX_TERMS;
    bird_end(p, false); /* a filter that comes to no decision rejects */
    n = p->steps.n;
    to = bird_alloc(p->c, (n + 1) * sizeof(*to));
    number = bird_alloc(p->c, (n + 1) * sizeof(*number));
    reached = bird_alloc(p->c, (n + 1) * sizeof(*reached));
    if (to == NULL || number == NULL || reached == NULL || n == 0)
        return;
    for (size_t i = n; i-- > 0;) {
        to[i] = target(p, &p->steps.v[i], i);
        join(p, to, i);
    }
    reach(p, to, reached);
    prune(p, to, reached);
    state_all(p, to, reached, number);
}
