/* SPDX-License-Identifier: Apache-2.0 */
/* What stands for simdjson.cpp where simdjson is not. */
#include "bench/simdjson.h"

bool bench_simdjson_is_there(void)
{
    return false;
}

struct simdjson_text *bench_simdjson_new(const char *text, size_t len)
{
    (void)text;
    (void)len;
    return NULL;
}

void bench_simdjson_free(struct simdjson_text *t)
{
    (void)t;
}

size_t bench_simdjson_members(struct simdjson_text *t, const char *name)
{
    (void)t;
    (void)name;
    return 0;
}
