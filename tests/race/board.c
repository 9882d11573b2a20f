/* SPDX-License-Identifier: Apache-2.0 */
/* Readers against a fast publisher: no snapshot is freed under a reader, none is leaked; nor
 * are the facts that several snapshots share. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/board.h"

#define READERS   4
#define PUBLISHES 3000

static atomic_int living, bad;

struct team {
    struct board *board;
    atomic_bool done;
};

#define ROWS   10
#define SHARED 7 /* snapshots that have the same facts */

/* A snapshot with facts that others have, too. */
struct sharer {
    struct snapshot snap; /* first member */
    struct intake *facts;
};

static size_t rows_of(const struct snapshot *s)
{
    return FACTS_N(&((const struct sharer *)s)->facts->facts, NODE);
}

/* Whoever is the last one, reader or publisher. */
static void leave(struct snapshot *s)
{
    intake_free(&((struct sharer *)s)->facts);
    s->as_of = -1;
    atomic_fetch_sub(&living, 1);
}

static struct intake *make_facts(void)
{
    struct intake *in = intake_new();
    struct fact_node node;
    fact_init(FACT_NODE, &node);
    node.node = "r1";
    for (int i = 0; in != NULL && i < ROWS; i++)
        if (facts_add(&in->facts, FACT_NODE, &node, NULL) != 0)
            abort();
    return in;
}

static struct snapshot *make(int64_t number, struct intake *facts)
{
    struct arena *a = arena_new(0);
    struct sharer *sharer = a != NULL ? ARENA_NEW(a, struct sharer) : NULL;
    if (sharer == NULL || facts == NULL)
        abort();
    struct snapshot *s = &sharer->snap;
    sharer->facts = intake_hold(facts);
    s->arena = a;
    s->as_of = number;
    s->next_expiry = number;
    s->destroy = leave;
    atomic_fetch_add(&living, 1);
    return s;
}

static void *read_on(void *p)
{
    struct team *t = p;
    int64_t last = 0;
    while (!atomic_load(&t->done)) {
        const struct snapshot *s = board_acquire(t->board);
        /* Never half of one and half of another, never back to an older one. */
        if (s == NULL || s->as_of != s->next_expiry || s->as_of < last || rows_of(s) != ROWS)
            atomic_fetch_add(&bad, 1);
        else
            last = s->as_of;
        board_release(t->board, s);
    }
    return NULL;
}

int main(void)
{
    struct team t = {.board = board_new()};
    pthread_t readers[READERS];
    struct intake *facts = make_facts();
    board_publish(t.board, make(1, facts));
    for (int i = 0; i < READERS; i++)
        if (pthread_create(&readers[i], NULL, read_on, &t) != 0)
            abort();
    for (int64_t n = 2; n <= PUBLISHES; n++) {
        if (n % SHARED == 0) {
            intake_free(&facts);
            facts = make_facts();
        }
        board_publish(t.board, make(n, facts));
    }
    intake_free(&facts);
    uint64_t generation = board_generation(t.board);
    atomic_store(&t.done, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    board_free(&t.board);
    printf("%llu published, %d alive, %d misreadings\n", (unsigned long long)generation,
           atomic_load(&living), atomic_load(&bad));
    return generation != PUBLISHES || atomic_load(&living) != 0 || atomic_load(&bad) != 0;
}
