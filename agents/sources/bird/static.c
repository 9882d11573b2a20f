/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of `protocol static`. */
#include "agents/sources/bird/model.h"

#define MAX_HOPS (sizeof(((struct bird_route *)0)->next_hops) / sizeof(struct addr))

/** `via A [% "x"] [dev "x"]`, `via "x"`; more words say nothing about where it goes. */
static void hop(struct bird *c, struct bird_route *r)
{
    const struct bird_token *t = bird_peek(c, 0);

    if (r->n == MAX_HOPS) {
        bird_note_word(c, t, "more next hops than are kept");
        return;
    }
    if (t->kind == BIRD_STRING) {
        r->interfaces[r->n++] = bird_text(c, t);
        return;
    }
    if (t->kind != BIRD_ADDR) {
        const struct bird_expr *x = bird_value(c, bird_expression(c));

        if (x != NULL && x->kind == BIRD_E_ADDR)
            r->next_hops[r->n++] = x->addr;
        return;
    }
    r->next_hops[r->n] = t->addr;
    c->at++;
    if (bird_take(c, "%") || bird_take(c, "dev"))
        r->interfaces[r->n] = bird_text(c, bird_peek(c, 0));
    r->n++;
}

static void targets(struct bird *c, struct bird_route *r)
{
    static const char *const drops[] = {"blackhole", "unreachable", "prohibit", "drop",
                                        "reject"};

    while (!bird_is(bird_peek(c, 0), ";") && !bird_is(bird_peek(c, 0), "{") &&
           !bird_is(bird_peek(c, 0), "}") && bird_peek(c, 0)->kind != BIRD_END) {
        size_t before = c->at;

        for (size_t i = 0; i < sizeof(drops) / sizeof(*drops); i++)
            r->discard = bird_is(bird_peek(c, 0), drops[i]) || r->discard;
        if (bird_take(c, "via") || bird_take(c, "recursive"))
            hop(c, r);
        if (c->at == before)
            c->at++;
    }
}

bool bird_static_statement(struct bird *c, struct bird_protocol *p)
{
    static const char *const idle[] = {"check", "igp", "debug", "description"};
    const struct bird_token *t = bird_peek(c, 0);
    const struct bird_expr *x;
    struct bird_route r = {0}, *slot;

    for (size_t i = 0; i < sizeof(idle) / sizeof(*idle); i++) {
        if (bird_is(t, idle[i])) {
            bird_skip_statement(c);
            return true;
        }
    }
    if (!bird_take(c, "route"))
        return false;
    x = bird_value(c, bird_expression(c));
    if (x == NULL || x->kind != BIRD_E_PREFIX) {
        bird_note_word(c, t, "not a prefix of IPv4 or IPv6");
        bird_skip_statement(c);
        return true;
    }
    r.prefix = prefix_of(&x->addr, (unsigned)x->number);
    targets(c, &r);
    bird_skip_statement(c);
    slot = r.discard || r.n > 0 ? BIRD_PUSH(c, &p->routes) : NULL;
    if (slot != NULL)
        *slot = r;
    else if (c->failed == 0)
        bird_note_word(c, t, "a destination that is not read");
    return true;
}
