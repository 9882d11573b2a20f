/* SPDX-License-Identifier: Apache-2.0 */
#include "model/board.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

/* The count lives outside the snapshot, whose memory may be write-protected. */
struct slot {
    struct snapshot *snapshot;
    size_t readers;
    struct slot *next; /* older */
};

struct board {
    pthread_mutex_t lock; /* guards all below; never held while a snapshot is freed */
    struct slot *newest;  /* the current one, then older ones that still have readers */
    uint64_t generation;
};

static void board_lock(struct board *b)
{
    int rc = pthread_mutex_lock(&b->lock);
    assert(rc == 0);
    (void)rc;
}

static void board_unlock(struct board *b)
{
    int rc = pthread_mutex_unlock(&b->lock);
    assert(rc == 0);
    (void)rc;
}

static void slot_free(struct slot *slot)
{
    if (slot == NULL)
        return;
    assert(slot->readers == 0);
    snapshot_free(&slot->snapshot);
    free(slot);
}

struct board *board_new(void)
{
    struct board *b = calloc(1, sizeof(*b));
    if (b != NULL && pthread_mutex_init(&b->lock, NULL) != 0) {
        free(b);
        b = NULL;
    }
    return b;
}

void board_free(struct board **b)
{
    if (*b == NULL)
        return;
    assert((*b)->newest == NULL || (*b)->newest->next == NULL);
    slot_free((*b)->newest);
    pthread_mutex_destroy(&(*b)->lock);
    free(*b);
    *b = NULL;
}

const struct snapshot *board_acquire(struct board *b)
{
    const struct snapshot *s = NULL;
    board_lock(b);
    if (b->newest != NULL) {
        b->newest->readers++;
        s = b->newest->snapshot;
    }
    board_unlock(b);
    return s;
}

void board_release(struct board *b, const struct snapshot *s)
{
    struct slot *last_out = NULL;
    if (s == NULL)
        return;
    board_lock(b);
    struct slot **at = &b->newest;
    while (*at != NULL && (*at)->snapshot != s)
        at = &(*at)->next;
    struct slot *slot = *at;
    assert(slot != NULL && slot->readers > 0);
    if (--slot->readers == 0 && slot != b->newest) {
        *at = slot->next;
        last_out = slot;
    }
    board_unlock(b);
    slot_free(last_out);
}

void board_publish(struct board *b, struct snapshot *next)
{
    struct slot *slot = calloc(1, sizeof(*slot)), *unread = NULL;
    assert(next != NULL);
    if (slot == NULL) {
        snapshot_free(&next);
        return;
    }
    slot->snapshot = next;
    board_lock(b);
    struct slot *old = b->newest;
    slot->next = old;
    if (old != NULL && old->readers == 0) {
        slot->next = old->next;
        unread = old;
    }
    b->newest = slot;
    b->generation++;
    board_unlock(b);
    slot_free(unread);
}

uint64_t board_generation(struct board *b)
{
    board_lock(b);
    uint64_t generation = b->generation;
    board_unlock(b);
    return generation;
}
