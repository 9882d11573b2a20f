/* SPDX-License-Identifier: Apache-2.0 */
/* Which of two families' paths is that of two PIDs. */
#include "server/stand_ins.h"
#include "unit/cmocka_all.h"

/* Of a family: is anything known of its path, and does it arrive? */
struct told {
    bool known, reached;
};

struct finder {
    struct pathfinder pf;
    const struct told *of; /* IPv4, IPv6 */
};

static int find(const struct pathfinder *pf, const struct path_question *q, struct arena *a,
                struct path **out, struct err *e)
{
    const struct told *t = &((const struct finder *)(const void *)pf)->of[q->src.family == 6];
    (void)e;
    *out = ARENA_NEW(a, struct path);
    assert_non_null(*out);
    **out = (struct path){.src = q->src, .dst = q->dst, .known = t->known};
    (*out)->reached = t->reached;
    return 0;
}

static struct addr addr(const char *text)
{
    struct addr a = {0};
    assert_true(!text || addr_parse(slice_of(text), &a));
    return a;
}

/* As costs are: what is known of IPv4 is no path as long as it does not arrive. */
static void test_family(void **state)
{
    static const struct {
        struct told of[2];
        bool v4, v6; /* has the destination one? */
        unsigned family;
    } cases[] = {
        {{{true, true}, {true, true}}, true, true, 4},
        {{{true, false}, {true, true}}, true, true, 6},
        {{{false, false}, {true, true}}, true, true, 6},
        {{{true, false}, {true, false}}, true, true, 6},
        {{{true, false}, {true, true}}, true, false, 4},
        {{{true, true}, {true, true}}, false, true, 6},
        {{{true, true}, {true, true}}, false, false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *a = arena_new(0);
        const struct finder f = {{.find = find}, cases[i].of};
        const struct snapshot s = {.paths = &f.pf};
        const struct pid src = {.stand_in = {addr("192.0.2.1"), addr("2001:db8::1")}};
        const struct pid dst = {.stand_in = {addr(cases[i].v4 ? "192.0.2.2" : NULL),
                                             addr(cases[i].v6 ? "2001:db8::2" : NULL)}};
        struct path *p;
        struct err e = {0};
        assert_int_equal(stand_ins_path(&s, (const struct pid *const[]){&src, &dst}, a, &p, &e),
                         0);
        assert_int_equal(p ? p->src.family : 0, cases[i].family);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_family),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
