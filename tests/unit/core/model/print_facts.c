/* SPDX-License-Identifier: Apache-2.0 */
/* Prints facts of every kind as JSON lines {"kind":..., "fact":{...}}, for the check of the
 * schema. */
#include <stdio.h>

#include "unit/core/model/random_facts.h"

int main(void)
{
    struct random r = {.state = 2026, .arena = arena_new(0)};
    struct buf b = {0};
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        for (int round = 0; round < 20; round++) {
            union any_fact fact;
            random_fact(&r, k, round < 2 ? (enum random_fill)round : FILL_SOME, &fact);
            buf_reset(&b);
            fact_json(k, &fact, &b);
            printf("{\"kind\":\"%s\",\"fact\":%s}\n", fact_kind_info(k)->name, buf_cstr(&b));
        }
    }
    int failed = b.failed;
    buf_free(&b);
    arena_free(&r.arena);
    return failed;
}
