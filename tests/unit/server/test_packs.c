/* SPDX-License-Identifier: Apache-2.0 */
#include "server/packs.h"

#include "base/buf.h"
#include "server/edition.h"
#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

static void put_body(struct buf *b, unsigned rows)
{
    buf_reset(b);
    for (unsigned i = 0; i < rows; i++)
        buf_printf(b, "{\"row-%u\":%u},", i, i * 31 % 1009);
}

static void test_last_is_kept(void **state)
{
    struct buf body = {0};
    struct packs *p = packs_new(clock_system());
    size_t n, m;
    (void)state;
    assert_non_null(p);
    put_body(&body, 1000);
    assert_true(body.len < REPACK_FROM);
    struct repack *small = packs_make(p, "small", body.data, body.len);
    struct repack *again = packs_make(p, "small", body.data, body.len);
    assert_ptr_not_equal(small, again); /* what is short is not kept */
    put_body(&body, 80000);
    assert_true(body.len >= REPACK_FROM);
    struct repack *large = packs_make(p, "large", body.data, body.len);
    struct repack *same = packs_make(p, "large", body.data, body.len);
    struct repack *other = packs_make(p, "other", body.data, body.len);
    assert_ptr_equal(large, same);
    assert_ptr_not_equal(large, other);
    repack_text(large, &n);
    repack_text(other, &m);
    assert_int_equal(n, m);
    repack_release(&small);
    repack_release(&again);
    repack_release(&large);
    repack_release(&same);
    repack_release(&other);
    packs_free(&p);
    assert_null(p);
    buf_free(&body);
}

/* Resources that an edition doesn't have are forgotten. */
static void test_prune(void **state)
{
    struct fixture f;
    struct buf body = {0};
    struct packs *p = packs_new(clock_system());
    (void)state;
    fixture_start(&f, "name: rialto\n");
    struct edition *ed = server_edition(f.server);
    const char *served = edition_resource(ed, 0)->id;
    put_body(&body, 80000);
    struct repack *here = packs_make(p, served, body.data, body.len);
    struct repack *gone = packs_make(p, "of no edition", body.data, body.len);
    packs_prune(p, ed);
    struct repack *here_again = packs_make(p, served, body.data, body.len);
    struct repack *gone_again = packs_make(p, "of no edition", body.data, body.len);
    assert_ptr_equal(here, here_again);
    assert_ptr_not_equal(gone, gone_again);
    repack_release(&here);
    repack_release(&gone);
    repack_release(&here_again);
    repack_release(&gone_again);
    edition_release(&ed);
    packs_free(&p);
    buf_free(&body);
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_last_is_kept),
                                       cmocka_unit_test(test_prune)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
