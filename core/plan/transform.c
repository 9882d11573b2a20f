/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/transform.h"

#include <math.h>
#include <string.h>

enum action {
    A_TOLIST,
    A_LEN,
    A_NUMBER,
    A_ABS,
    A_NEG,
    A_ROUND,
    A_FLOOR,
    A_CEIL,
    A_ADD,
    A_SUB,
    A_MUL,
    A_DIV,
    A_MIN,
    A_MAX,
};

#define ANY_LENGTH (1u << TRANSFORM_TEXT | 1u << TRANSFORM_LIST)
#define TEXT       (1u << TRANSFORM_TEXT)
#define NUMBER     (1u << TRANSFORM_NUMBER)

static const struct {
    const char *name;
    enum action action;
    unsigned from; /* types it takes, as bits */
    enum transform_type to;
    bool argument;
} actions[] = {
    {"tolist", A_TOLIST, TEXT, TRANSFORM_LIST, false},
    {"len", A_LEN, ANY_LENGTH, TRANSFORM_NUMBER, false},
    {"number", A_NUMBER, TEXT, TRANSFORM_NUMBER, false},
    {"abs", A_ABS, NUMBER, TRANSFORM_NUMBER, false},
    {"neg", A_NEG, NUMBER, TRANSFORM_NUMBER, false},
    {"round", A_ROUND, NUMBER, TRANSFORM_NUMBER, false},
    {"floor", A_FLOOR, NUMBER, TRANSFORM_NUMBER, false},
    {"ceil", A_CEIL, NUMBER, TRANSFORM_NUMBER, false},
    {"add", A_ADD, NUMBER, TRANSFORM_NUMBER, true},
    {"sub", A_SUB, NUMBER, TRANSFORM_NUMBER, true},
    {"mul", A_MUL, NUMBER, TRANSFORM_NUMBER, true},
    {"div", A_DIV, NUMBER, TRANSFORM_NUMBER, true},
    {"min", A_MIN, NUMBER, TRANSFORM_NUMBER, true},
    {"max", A_MAX, NUMBER, TRANSFORM_NUMBER, true},
};

#define N_ACTIONS (sizeof(actions) / sizeof(*actions))

static const char *const type_names[] = {"a text", "a list", "a number"};

struct step {
    enum action action;
    double argument;
};

struct transform {
    struct step step[TRANSFORM_MAX_STEPS];
    size_t n;
};

/* Where an error is told: columns count from the start of the whole pipeline. */
struct reading {
    const char *start;
    struct err *e;
};

static int fail(const struct reading *r, const char *at, const char *what, struct slice word)
{
    int n = word.n > 40 ? 40 : (int)word.n;
    return err_set(r->e, ERR_PARSE, "column %zu: '%.*s': %s", (size_t)(at - r->start) + 1, n,
                   word.p, what);
}

static size_t find_action(struct slice name)
{
    size_t i = 0;
    while (i < N_ACTIONS && !slice_eq(name, actions[i].name))
        i++;
    return i;
}

static int read_step(const struct reading *r, struct slice text, enum transform_type *type,
                     struct step *out)
{
    struct slice name, argument, more;
    if (!slice_word(&text, &name))
        return err_set(r->e, ERR_PARSE, "column %zu: a step is missing",
                       (size_t)(text.p - r->start) + 1);
    size_t i = find_action(name);
    if (i == N_ACTIONS)
        return fail(
            r, name.p,
            "no such step (tolist, len, number, abs, neg, round, floor, ceil, add, sub, "
            "mul, div, min, max)",
            name);
    if (!(actions[i].from & (1u << *type))) {
        static const char *const why[] = {"can't be applied to a text",
                                          "can't be applied to a list",
                                          "can't be applied to a number"};
        return fail(r, name.p, why[*type], name);
    }
    *out = (struct step){.action = actions[i].action};
    *type = actions[i].to;
    bool given = slice_word(&text, &argument);
    if (given != actions[i].argument)
        return fail(r, given ? argument.p : name.p,
                    given ? "nothing is expected there" : "a number is expected behind it",
                    given ? argument : name);
    if (given && (!slice_real(argument, &out->argument) || slice_word(&text, &more)))
        return fail(r, argument.p, "one number is expected", argument);
    if (given && out->action == A_DIV && out->argument == 0)
        return fail(r, argument.p, "a division by zero", argument);
    return 0;
}

int transform_parse(const char *text, enum transform_type input, struct arena *a,
                    struct transform **out, struct err *e)
{
    const struct reading r = {text, e};
    struct slice rest = slice_of(text), piece;
    struct transform *t = ARENA_NEW(a, struct transform);
    enum transform_type type = input;
    *out = NULL;
    if (!t)
        return err_set(e, ERR_NOMEM, "no memory for a transformer");
    bool empty = slice_trim(rest).n == 0;
    while (!empty && slice_split(&rest, '|', &piece)) {
        if (t->n == TRANSFORM_MAX_STEPS)
            return err_set(e, ERR_LIMIT, "more than %d steps", TRANSFORM_MAX_STEPS);
        int rc = read_step(&r, piece, &type, &t->step[t->n]);
        if (rc < 0)
            return rc;
        t->n++;
    }
    if (type != TRANSFORM_NUMBER)
        return err_set(e, ERR_PARSE,
                       "column %zu: the result is %s, a number is expected (tolist | len?)",
                       strlen(text) + 1, type_names[type]);
    *out = t;
    return 0;
}

/* --- application --- */

static size_t words(const char *text)
{
    struct slice rest = slice_of(text), word;
    size_t n = 0;
    while (slice_word(&rest, &word))
        n++;
    return n;
}

static size_t characters(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static double calculate(const struct step *s, double x)
{
    switch (s->action) {
    case A_ABS:
        return fabs(x);
    case A_NEG:
        return -x;
    case A_ROUND:
        return round(x);
    case A_FLOOR:
        return floor(x);
    case A_CEIL:
        return ceil(x);
    case A_ADD:
        return x + s->argument;
    case A_SUB:
        return x - s->argument;
    case A_MUL:
        return x * s->argument;
    case A_DIV:
        return x / s->argument;
    /* fmin and fmax would hide what is unknown */
    case A_MIN:
        return isnan(x) ? x : fmin(x, s->argument);
    case A_MAX:
        return isnan(x) ? x : fmax(x, s->argument);
    case A_TOLIST:
    case A_LEN:
    case A_NUMBER:
        break;
    }
    return x;
}

double transform_apply(const struct transform *t, const struct transform_value *in)
{
    double x = in->number;
    bool list = false;
    for (size_t i = 0; i < t->n; i++) {
        const struct step *s = &t->step[i];
        if (s->action == A_TOLIST)
            list = true;
        else if (s->action == A_LEN)
            x = (double)(list ? words(in->text) : characters(in->text));
        else if (s->action == A_NUMBER)
            x = slice_real(slice_of(in->text), &x) ? x : NAN;
        else
            x = calculate(s, x);
    }
    return isfinite(x) ? x : NAN;
}

int transform_trend(const struct transform *t)
{
    int trend = 1;
    for (size_t i = 0; i < t->n; i++) {
        const struct step *s = &t->step[i];
        bool scales = s->action == A_MUL || s->action == A_DIV;
        if (s->action == A_ABS || (scales && s->argument == 0))
            return 0;
        if (s->action == A_NEG || (scales && s->argument < 0))
            trend = -trend;
    }
    return trend;
}

/* --- folds --- */

const char *const transform_folds[] = {"sum",   "min",  "max",   "product",
                                       "first", "last", "count", NULL};

struct fold fold_start(enum transform_fold how)
{
    bool nothing = how == FOLD_SUM || how == FOLD_COUNT;
    return (struct fold){how, 0, nothing ? 0 : how == FOLD_PRODUCT ? 1 : NAN};
}

void fold_add(struct fold *f, double value)
{
    bool first = f->n++ == 0;
    if (f->how == FOLD_FIRST) {
        f->value = first ? value : f->value;
        return;
    }
    if (f->how == FOLD_LAST) {
        f->value = value;
        return;
    }
    if (isnan(value) || (!first && isnan(f->value))) {
        f->value = NAN;
        return;
    }
    switch (f->how) {
    case FOLD_SUM:
        f->value += value;
        break;
    case FOLD_COUNT:
        f->value += 1;
        break;
    case FOLD_PRODUCT:
        f->value *= value;
        break;
    case FOLD_MIN:
        f->value = first ? value : fmin(f->value, value);
        break;
    case FOLD_MAX:
        f->value = first ? value : fmax(f->value, value);
        break;
    case FOLD_FIRST:
    case FOLD_LAST:
        break;
    }
}

double fold_result(const struct fold *f)
{
    return f->value;
}
