/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as configuration: an error with a place, or a tree whose values can all be read. */
#include <assert.h>
#include <string.h>

#include "conf/conf.h"

static const char *const choices[] = {"one", "two", NULL};

static const struct conf_item inner[] = {
    {.name = "n", .type = CONF_INT, .min = 1, .max = 9, .def = "3"},
    {.name = "s", .type = CONF_STRING, .required = true},
    {0},
};

static const struct conf_item items[] = {
    {.name = "string", .type = CONF_STRING},
    {.name = "int", .type = CONF_INT},
    {.name = "real", .type = CONF_REAL},
    {.name = "bool", .type = CONF_BOOL},
    {.name = "duration", .type = CONF_DURATION},
    {.name = "size", .type = CONF_SIZE},
    {.name = "rate", .type = CONF_RATE},
    {.name = "enum", .type = CONF_ENUM, .choices = choices},
    {.name = "path", .type = CONF_PATH},
    {.name = "list", .type = CONF_LIST, .element = CONF_RATE},
    {.name = "map", .type = CONF_MAP, .items = inner},
    {.name = "maps", .type = CONF_MAPS, .items = inner},
    {.name = "dict", .type = CONF_DICT, .items = inner},
    {.name = "any", .type = CONF_ANY},
    {0},
};

static void read_values(const struct conf *c)
{
    const struct conf *dict = conf_get(c, "dict"), *list = conf_get(c, "list");

    (void)conf_str(c, "string");
    (void)conf_str(c, "enum");
    assert(conf_str(c, "path") == NULL || conf_str(c, "path")[0] == '/');
    (void)conf_int(c, "int");
    (void)conf_int(c, "duration");
    (void)conf_int(c, "size");
    (void)conf_int(c, "rate");
    (void)conf_real(c, "real");
    (void)conf_bool(c, "bool");
    for (size_t i = 0; i < conf_count(list); i++)
        assert(conf_text(conf_at(list, i)) != NULL);
    for (size_t i = 0; i < conf_count(dict); i++) {
        int64_t n = conf_int(conf_at(dict, i), "n");

        assert(n >= 1 && n <= 9 && conf_key(dict, i) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)64 << 20);
    const struct conf *c;
    struct err e = {0};
    struct buf json = {0};
    struct conf_input in = {"fuzz.yaml", (const char *)data, size};
    int rc = conf_parse(&in, items, a, &c, &e);

    assert((rc == 0) == (c != NULL));
    if (rc == 0) {
        read_values(c);
        conf_json(c, &json);
        assert(json.len >= 2);
    } else {
        assert(strncmp(e.msg, "fuzz.yaml:", 10) == 0);
    }
    buf_free(&json);
    arena_free(&a);
    return 0;
}
