/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of `protocol ospf`. */
#include <string.h>

#include "agents/sources/bird/model.h"

/** Area as a decimal number: `0`, `0.0.0.10`. */
static const char *area_name(struct bird *c)
{
    const struct bird_token *t = bird_peek(c, 0);
    int64_t n;

    if (t->kind == BIRD_ADDR && t->addr.family == 4) {
        const uint8_t *b = t->addr.b;

        c->at++;
        return bird_printf(
            c, "%u", (unsigned)b[0] << 24 | (unsigned)b[1] << 16 | (unsigned)b[2] << 8 | b[3]);
    }
    if (!bird_number_of(c, bird_expression(c), &n) || n < 0 || n > UINT32_MAX)
        return NULL;
    return bird_printf(c, "%u", (unsigned)n);
}

static const char *network_type(const struct bird_token *t)
{
    static const struct {
        const char *word, *type;
    } types[] = {{"ptp", "point-to-point"},  {"pointopoint", "point-to-point"},
                 {"broadcast", "broadcast"}, {"bcast", "broadcast"},
                 {"ptmp", "point-to-point"}, {"pointomultipoint", "point-to-point"}};

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        if (bird_is(t, types[i].word))
            return types[i].type;
    }
    return NULL;
}

static void interface_statement(struct bird *c, struct bird_ospf_interface *x)
{
    if (bird_take(c, "cost"))
        bird_number_of(c, bird_expression(c), &x->cost);
    else if (bird_take(c, "type"))
        x->network = network_type(bird_peek(c, 0));
    else if (bird_take(c, "stub"))
        x->stub = bird_switch(c) == 1;
    bird_skip_statement(c);
}

static bool is_pattern(const char *name)
{
    return *name == '\0' || strchr(name, '*') != NULL || strchr(name, '?') != NULL;
}

/** `interface "a", "b*", -"c" [instance N] { ... };`: names one by one; a pattern stands for
 * interfaces that only the kernel knows. */
static void interfaces(struct bird *c, struct bird_protocol *p, const char *area)
{
    struct bird_ospf_interface one = {.area = area, .cost = FACT_NONE};
    size_t first = p->ospf.interfaces.n;

    while (!bird_is(bird_peek(c, 0), "{") && !bird_is(bird_peek(c, 0), ";") &&
           bird_peek(c, 0)->kind != BIRD_END) {
        const struct bird_token *t = bird_peek(c, 0);
        bool left_out = bird_take(c, "-");
        const char *name = bird_text(c, bird_peek(c, 0));
        struct bird_ospf_interface *x;

        t = bird_peek(c, 0);
        c->at++;
        if (left_out || (t->kind != BIRD_STRING && t->kind != BIRD_ADDR))
            continue;
        if (t->kind == BIRD_ADDR || is_pattern(name)) {
            bird_note_word(c, t, "interface: a pattern; which ones it means the kernel knows");
            continue;
        }
        x = BIRD_PUSH(c, &p->ospf.interfaces);
        if (x != NULL)
            *x = (struct bird_ospf_interface){.name = name, .cost = FACT_NONE};
    }
    if (bird_take(c, "{")) {
        while (c->failed == 0 && !bird_take(c, "}") && bird_peek(c, 0)->kind != BIRD_END) {
            size_t before = c->at;

            interface_statement(c, &one);
            if (c->at == before)
                c->at++;
        }
    }
    bird_take(c, ";");
    for (size_t i = first; i < p->ospf.interfaces.n; i++) {
        one.name = p->ospf.interfaces.v[i].name;
        p->ospf.interfaces.v[i] = one;
    }
}

/** `stubnet P [{ ... }];` */
static void stubnet(struct bird *c, struct bird_protocol *p, const char *area)
{
    const struct bird_expr *x = bird_value(c, bird_expression(c));
    struct bird_stubnet *s;

    if (x != NULL && x->kind == BIRD_E_PREFIX) {
        s = BIRD_PUSH(c, &p->ospf.stubnets);
        if (s != NULL)
            *s = (struct bird_stubnet){prefix_of(&x->addr, (unsigned)x->number), area};
    }
    bird_skip_statement(c);
}

static void area_statement(struct bird *c, struct bird_protocol *p, const char *area)
{
    static const char *const noted[] = {"virtual", "networks", "external", "nssa", "summary"};
    const struct bird_token *t = bird_peek(c, 0);

    if (bird_take(c, "interface")) {
        interfaces(c, p, area);
        return;
    }
    if (bird_take(c, "stubnet")) {
        stubnet(c, p, area);
        return;
    }
    for (size_t i = 0; i < sizeof(noted) / sizeof(*noted); i++) {
        if (bird_is(t, noted[i]))
            bird_note_word(c, t, "a setting of an area that is not followed");
    }
    bird_skip_statement(c);
}

static void area(struct bird *c, struct bird_protocol *p)
{
    const char *name = area_name(c);

    if (name == NULL || !bird_take(c, "{")) {
        bird_note_word(c, bird_peek(c, 0), "area: a number and a block were expected");
        bird_skip_statement(c);
        return;
    }
    while (c->failed == 0 && !bird_take(c, "}") && bird_peek(c, 0)->kind != BIRD_END) {
        size_t before = c->at;

        area_statement(c, p, name);
        if (c->at == before)
            c->at++;
    }
    bird_take(c, ";");
}

bool bird_ospf_statement(struct bird *c, struct bird_protocol *p)
{
    static const char *const idle[] = {"rfc1583compat", "rfc5838",  "stub",   "tick",
                                       "graceful",      "debug",    "router", "description",
                                       "merge",         "instance", "mrtdump"};

    if (bird_take(c, "area")) {
        area(c, p);
        return true;
    }
    if (bird_take(c, "ecmp")) {
        p->ospf.ecmp = bird_switch(c) == 1 ? 16 : 1;
        if (bird_take(c, "limit") && p->ospf.ecmp > 1)
            bird_number_of(c, bird_expression(c), &p->ospf.ecmp);
        bird_skip_statement(c);
        return true;
    }
    for (size_t i = 0; i < sizeof(idle) / sizeof(*idle); i++) {
        if (bird_is(bird_peek(c, 0), idle[i])) {
            bird_skip_statement(c);
            return true;
        }
    }
    return false;
}
