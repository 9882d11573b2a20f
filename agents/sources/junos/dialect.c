/* SPDX-License-Identifier: Apache-2.0 */
/* Junos among the languages of configurations. */
#include "agents/sources/config_dialect.h"
#include "agents/sources/junos/junos.h"

/** Statements at the left edge that no other language has. */
static int weigh(struct slice line)
{
    static const struct {
        const char *start;
        int weight;
    } marks[] = {
        {"## Last c", 60},
        {"set version ", 40},
        {"set system ", 40},
        {"set interfaces ", 40},
        {"set protocols ", 40},
        {"set routing-options ", 40},
        {"set routing-instances ", 40},
        {"set policy-options ", 40},
        {"set groups ", 30},
        {"system {", 15},
        {"interfaces {", 25},
        {"protocols {", 25},
        {"routing-options {", 30},
        {"policy-options {", 30},
        {"routing-instances {", 30},
        {"chassis {", 20},
        {"security {", 15},
        {"groups {", 15},
        {"apply-groups ", 15},
        {"version ", 5},
        {"<configuration ", 40},
    };

    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
        if (slice_starts(line, marks[i].start))
            return marks[i].weight;
    }
    return 0;
}

/** An XML document counts only when it names Juniper's name space. */
static int likeness(const struct agent_file *f)
{
    struct slice rest = agent_file_head(f), line;
    int weight = 0;

    if (config_is_named(f->text, "junos"))
        return CONFIG_NAMED;
    while (weight < 90 && slice_line(&rest, &line)) {
        if (line.n > 0 && line.p[0] == '!')
            return 0; /* a comment of another family */
        weight += weigh(line);
    }
    if (weight < 25 || config_is_foreign(f->text)) /* VyOS and PAN-OS have `set` as well */
        return 0;
    return weight > 90 ? 90 : weight;
}

static int parse(const struct config_text *t, void **out, struct err *e)
{
    struct junos *c = NULL;
    int rc = junos_read(t->path, t->node, t->text, &c, e);

    *out = c;
    return rc;
}

static int state(void *config, struct batch_sink *sink, struct err *e)
{
    return junos_state(config, sink, e);
}

static void release(void *config)
{
    struct junos *c = config;

    junos_free(&c);
}

static const struct config_language language = {
    .parse = parse,
    .state = state,
    .release = release,
};

const struct agent_dialect config_dialect_junos = {
    .name = "junos",
    .summary = "Junos: show configuration, also | display set",
    .likeness = likeness,
    .read = config_read,
    .parser = &language,
};
