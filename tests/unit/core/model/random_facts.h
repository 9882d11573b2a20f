/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of every kind made up from a seed, for tests that go over all kinds and fields. */
#ifndef RIALTO_TESTS_RANDOM_FACTS_H
#define RIALTO_TESTS_RANDOM_FACTS_H

#include "model/facts.h"

enum random_fill { FILL_NONE, FILL_ALL, FILL_SOME };

struct random {
    uint64_t state;
    struct arena *arena; /* where texts and lists come from */
};

/** The next number, below n. */
uint64_t random_below(struct random *r, uint64_t n);

/** Fills a struct of that kind; times lie in the years 1970 to 2099. */
void random_fact(struct random *r, enum fact_kind kind, enum random_fill fill, void *fact);

/** Room for a fact of any kind. */
union any_fact {
#define ANY_MEMBER(kind, KIND, doc) struct fact_##kind kind;
    FACT_KINDS(ANY_MEMBER)
#undef ANY_MEMBER
};

#endif
