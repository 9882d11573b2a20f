/* SPDX-License-Identifier: Apache-2.0 */
/* Path vectors of many pairs: byte for byte the same, whether their paths come as trails or are
 * walked one by one. */
#include <string.h>

#include "base/hash.h"
#include "unit/aggregator/random_world.h"
#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

#define N_WORLDS 30
#define N_ENDS   12 /* sources, and as many destinations */

/* Addresses, most of them on the network of some router if there is one; a few twice. */
static void put_ends(struct random *r, struct buf *b)
{
    char text[ADDR_TEXT];
    for (unsigned i = 0; i < N_ENDS; i++) {
        struct addr a = random_world_addr(r);
        if (i % 4 && a.family == 4)
            a.b[3] = (uint8_t)(66 + 32 * random_below(r, 4));
        buf_printf(b, "%s\"ipv%u:%s\"", i > 0 ? "," : "", (unsigned)a.family,
                   addr_format(&a, text));
    }
}

static void put_question(struct random *r, const char *properties, struct buf *b)
{
    buf_str(b, "{\"cost-type\":{\"cost-mode\":\"array\",\"cost-metric\":\"ane-path\"},"
               "\"endpoints\":{\"srcs\":[");
    put_ends(r, b);
    buf_str(b, "],\"dsts\":[");
    put_ends(r, b);
    buf_printf(b, "]},\"ane-property-names\":[%s]}", properties);
}

static void (*brought)(const struct pathfinder *pf, const struct path_end *dst);
static _Atomic size_t n_expected;

static void count_expected(const struct pathfinder *pf, const struct path_end *dst)
{
    n_expected++;
    brought(pf, dst);
}

/* Of the world of that seed. */
static struct answer ask(struct fixture *f, uint64_t seed, bool trails, const char *question)
{
    static const uint8_t secret[HASH_KEY] = {7};
    struct err e = {0};
    struct wb *b = wb_new();
    random_world(b, seed, 0);
    wb_build(b);
    if (!trails)
        b->world->finder.trail = NULL;
    brought = b->world->finder.expect;
    b->world->finder.expect = seed % 3 ? count_expected : NULL;
    fixture_start(f, NULL);
    board_publish(f->board, b->snap);
    b->snap = NULL;
    wb_free(&b);
    assert_int_equal(server_refresh(f->server, &e), 0);
    return fixture_request(
        f, (struct request){.method = "POST",
                            .path = "/pathvector/endpointcost",
                            .content_type = "application/alto-endpointcostparams+json",
                            .body = question,
                            .len = strlen(question),
                            .secret = secret});
}

static void test_same_bytes(void **state)
{
    static const char *const properties[] = {"\"max-reservable-bandwidth\"", "",
                                             "\"bandwidth\",\"as_path\"", "\"bandwidth\""};
    size_t elements = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= N_WORLDS; seed++) {
        struct random r = {.state = seed + 80};
        struct buf question = {0};
        struct fixture f, g;
        put_question(&r, properties[seed % 4], &question);
        struct answer a = ask(&f, seed, true, buf_cstr(&question));
        struct answer b = ask(&g, seed, false, buf_cstr(&question));
        assert_int_equal(a.reply.status, 200);
        assert_string_equal(a.reply.type, b.reply.type);
        assert_string_equal(a.text, b.text);
        for (const char *p = a.text; (p = strstr(p, "\".ane:")) != NULL; p++)
            elements++;
        answer_free(&a);
        answer_free(&b);
        fixture_stop(&f);
        fixture_stop(&g);
        buf_free(&question);
    }
    assert_true(elements > N_WORLDS);
    assert_true(n_expected > N_WORLDS); /* all destinations but the first, where it is there */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
