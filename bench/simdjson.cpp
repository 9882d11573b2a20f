// SPDX-License-Identifier: Apache-2.0
#include "bench/simdjson.h"

#include <simdjson.h>

struct simdjson_text {
    simdjson::padded_string text;
    simdjson::dom::parser parser;
};

bool bench_simdjson_is_there()
{
    return true;
}

simdjson_text *bench_simdjson_new(const char *text, size_t len)
{
    return new simdjson_text{simdjson::padded_string(text, len), simdjson::dom::parser()};
}

void bench_simdjson_free(simdjson_text *t)
{
    delete t;
}

size_t bench_simdjson_members(simdjson_text *t, const char *name)
{
    simdjson::dom::object members;
    if (t->parser.parse(t->text)[name].get(members))
        return 0;
    return members.size();
}
