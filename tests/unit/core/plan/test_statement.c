/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/statement.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "unit/cmocka_all.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(0);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct statement *parsed(const char *text)
{
    struct statement *s;
    struct err e = {0};
    int rc = statement_parse(slice_of(text), arena, &s, &e);
    if (rc < 0)
        print_message("%s: %s\n", text, e.msg);
    assert_int_equal(rc, 0);
    return s;
}

static void spellings_mean_the_same(void **state)
{
    static const char *const same[] = {
        "BY as_hopcount, delay_ow",         "By as_hopcount,delay_ow",
        "by as_hopcount ,\n delay_ow",      "\"By as_hopcount,delay_ow\"",
        "'BY as_hopcount,delay_ow'",        "  \"by as_hopcount,delay_ow\"",
        "BY as_hopcount ASC, delay_ow asc",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
        struct statement *s = parsed(same[i]);
        assert_int_equal(s->n_keys, 2);
        assert_string_equal(s->names[s->keys[0].name].text, "as_hopcount");
        assert_string_equal(s->names[s->keys[1].name].text, "delay_ow");
        assert_false(s->keys[0].descending || s->keys[1].descending);
        assert_null(s->where);
    }
}

static void descending_is_of_one_key(void **state)
{
    struct statement *s = parsed("BY bw-residual DESC, priv:x.y desc, hopcount");
    (void)state;
    assert_int_equal(s->n_keys, 3);
    assert_true(s->keys[0].descending && s->keys[1].descending && !s->keys[2].descending);
    assert_string_equal(s->names[1].text, "priv:x.y");
}

static void errors_say_where(void **state)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"", "1:1: the statement ends where BY is expected"},
        {"as_hopcount", "1:1: 'as_hopcount' where BY is expected"},
        {"BY", "1:3: the statement ends where a metric's name is expected"},
        {"BY a,", "1:6: the statement ends where a metric's name is expected"},
        {"BY a b", "1:6: 'b' where ',', WHERE or the end is expected"},
        {"BY a, a", "1:7: the metric stands there already"},
        {"BY where", "1:4: 'where' where a metric's name is expected"},
        {"BY 5", "1:4: '5' where a metric's name is expected"},
        {"BY a WHERE", "1:11: the statement ends where a name, number or string is expected"},
        {"BY a\nWHERE a <", "2:10: the statement ends where a name, number or string is "
                            "expected"},
        {"BY a WHERE a", "1:13: the statement ends where a comparison (= != < <= > >=) is "
                         "expected"},
        {"BY a WHERE (a < 1", "1:18: the statement ends where ')' is expected"},
        {"BY a WHERE a < 1)", "1:17: ')' where AND, OR or the end is expected"},
        {"BY a WHERE a < 1 a", "1:18: 'a' where AND, OR or the end is expected"},
        {"BY a WHERE a < 1 x y", "1:20: 'y' where AND, OR or the end is expected"},
        {"BY a WHERE a < 1ms x", "1:20: 'x' where AND, OR or the end is expected"},
        {"BY a WHERE s = \"x", "1:16: a string without closing quote"},
        {"BY a WHERE a < 1.2.3", "1:16: not a number"},
        {"BY a; b", "1:5: a character that has no meaning here"},
        {"\"By a,,b\"", "1:7: ',' where a metric's name is expected"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct statement *s;
        struct err e = {0};
        assert_int_equal(statement_parse(slice_of(wrong[i].text), arena, &s, &e), ERR_PARSE);
        assert_string_equal(e.msg, wrong[i].message);
        assert_null(s);
    }
}

/* Truth for a = 1, b = 2, u unknown, s = "x". */
static enum statement_truth truth(const char *condition)
{
    char text[256];
    struct statement_value values[STATEMENT_MAX_NAMES];
    snprintf(text, sizeof(text), "BY a WHERE %s", condition);
    struct statement *s = parsed(text);
    for (size_t i = 0; i < s->n_names; i++) {
        char name = s->names[i].text[0];
        values[i] = (struct statement_value){name != 'u', name == 's' ? "x" : NULL,
                                             name == 'b' ? 2 : 1};
    }
    return statement_holds(s->where, values);
}

static void conditions_bind_as_in_sql(void **state)
{
    (void)state;
    assert_int_equal(truth("a = 1"), STATEMENT_TRUE);
    assert_int_equal(truth("a == 1 && b != 2"), STATEMENT_FALSE);
    assert_int_equal(truth("a <> 1"), STATEMENT_FALSE);
    assert_int_equal(truth("a <= 1 and b >= 2 and a < b and b > a"), STATEMENT_TRUE);
    /* AND binds tighter than OR, NOT tighter than both */
    assert_int_equal(truth("a = 1 OR a = 2 AND b = 3"), STATEMENT_TRUE);
    assert_int_equal(truth("(a = 1 OR a = 2) AND b = 3"), STATEMENT_FALSE);
    assert_int_equal(truth("NOT a = 2 AND b = 2"), STATEMENT_TRUE);
    assert_int_equal(truth("not (a = 1 and b = 2)"), STATEMENT_FALSE);
    assert_int_equal(truth("!a=1 | b=2"), STATEMENT_TRUE);
    assert_int_equal(truth("s = \"x\" & s != 'y'"), STATEMENT_TRUE);
    assert_int_equal(truth("a > -1.5e0 and a<+2 and a>0.5"), STATEMENT_TRUE);
}

static void the_unknown_stays_unknown(void **state)
{
    (void)state;
    assert_int_equal(truth("u < 1"), STATEMENT_UNKNOWN);
    assert_int_equal(truth("NOT u < 1"), STATEMENT_UNKNOWN);
    assert_int_equal(truth("u < 1 OR a = 1"), STATEMENT_TRUE);
    assert_int_equal(truth("u < 1 AND a = 2"), STATEMENT_FALSE);
    assert_int_equal(truth("u < 1 AND a = 1"), STATEMENT_UNKNOWN);
    assert_int_equal(truth("s = 1"), STATEMENT_UNKNOWN);
}

static void numbers_keep_their_units(void **state)
{
    struct statement *s = parsed("BY d WHERE d < 20ms AND b >= 1.5 OR c < 2e3Gbps");
    const struct statement_node *both = s->where->a;
    (void)state;
    assert_string_equal(both->a->right.text, "ms");
    assert_true(both->a->right.number == 20);
    assert_int_equal(both->a->right.column, 16);
    assert_string_equal(both->b->right.text, "");
    assert_string_equal(s->where->b->right.text, "Gbps");
    assert_true(s->where->b->right.number == 2000);
    s = parsed("BY d WHERE (d < 20 ms) AND NOT 1.5 MB/s <= b AND c < 3 OR d = 4");
    assert_string_equal(s->where->a->a->a->right.text, "ms");
    assert_string_equal(s->where->a->a->b->a->left.text, "MB/s");
    assert_string_equal(s->where->a->b->right.text, "");
}

static void parts_can_be_added(void **state)
{
    struct statement *s = parsed("BY a WHERE a < 5");
    struct statement_value values[STATEMENT_MAX_NAMES] = {{true, NULL, 1}, {true, NULL, 2}};
    struct err e = {0};
    (void)state;
    assert_int_equal(statement_add_where(s, slice_of("b > 1 OR b < 0"), arena, &e), 0);
    assert_int_equal(statement_holds(s->where, values), STATEMENT_TRUE);
    values[1].number = 1;
    assert_int_equal(statement_holds(s->where, values), STATEMENT_FALSE);
    assert_int_equal(statement_add_key(s, "b", true, arena, &e), 0);
    assert_int_equal(s->keys[1].name, 1);
    assert_true(s->keys[1].descending);
    assert_int_equal(statement_add_key(s, "b", false, arena, &e), ERR_PARSE);
    assert_int_equal(statement_add_key(s, "c d", false, arena, &e), ERR_PARSE);
}

static void repeated(char *out, const char *head, const char *part, size_t n)
{
    strcpy(out, head);
    for (size_t i = 0; i < n; i++)
        strcat(out, part);
}

static void limits_hold(void **state)
{
    char text[STATEMENT_MAX_BYTES + 64];
    struct statement *s;
    struct err e = {0};
    (void)state;
    repeated(text, "BY a WHERE ", "(", STATEMENT_MAX_DEPTH);
    strcat(text, "a<1");
    repeated(text + strlen(text), "", ")", STATEMENT_MAX_DEPTH);
    assert_int_equal(statement_parse(slice_of(text), arena, &s, &e), 0);
    repeated(text, "BY a WHERE ", "NOT ", STATEMENT_MAX_DEPTH + 1);
    strcat(text, "a<1");
    assert_int_equal(statement_parse(slice_of(text), arena, &s, &e), ERR_LIMIT);
    repeated(text, "BY a WHERE a<1", " OR a<1", STATEMENT_MAX_NODES);
    assert_int_equal(statement_parse(slice_of(text), arena, &s, &e), ERR_LIMIT);
    repeated(text, "BY a", " ", STATEMENT_MAX_BYTES - 3);
    assert_int_equal(statement_parse(slice_of(text), arena, &s, &e), ERR_LIMIT);
    strcpy(text, "BY k0");
    for (int i = 1; i <= STATEMENT_MAX_KEYS; i++)
        snprintf(text + strlen(text), 16, ",k%d", i);
    assert_int_equal(statement_parse(slice_of(text), arena, &s, &e), ERR_LIMIT);
    assert_int_equal(statement_parse((struct slice){"BY \xff", 4}, arena, &s, &e), ERR_PARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_mean_the_same),
        cmocka_unit_test(descending_is_of_one_key),
        cmocka_unit_test(errors_say_where),
        cmocka_unit_test(conditions_bind_as_in_sql),
        cmocka_unit_test(the_unknown_stays_unknown),
        cmocka_unit_test(numbers_keep_their_units),
        cmocka_unit_test(parts_can_be_added),
        cmocka_unit_test(limits_hold),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
