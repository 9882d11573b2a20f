/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pipelines that make a number of a property of one network element, and folds that make one
 * number of those along a path:
 *
 *     as_path: "43 293"   -- tolist | len -->   2   -- sum -->   cost of the path
 *
 * A pipeline is a list of steps joined by "|"; a step is a name and, for some, a number:
 *
 *     tolist             text to the list of its words
 *     len                how many words a list, or characters a text, has
 *     number             text to number
 *     abs neg round floor ceil
 *     add N, sub N, mul N, div N, min N, max N
 *
 * Types are checked when a pipeline is read. Pure; lives in the caller's arena.
 */
#ifndef RIALTO_PLAN_TRANSFORM_H
#define RIALTO_PLAN_TRANSFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define TRANSFORM_MAX_STEPS 32

enum transform_type { TRANSFORM_TEXT, TRANSFORM_LIST, TRANSFORM_NUMBER };

struct transform;

/**
 * Reads a pipeline whose input is of that type and whose result is to be a number; "" leaves a
 * number as it is. ERR_PARSE with "column N: what, what was expected".
 */
int transform_parse(const char *text, enum transform_type input, struct arena *a,
                    struct transform **out, struct err *e);

/** A value to be transformed: a text, or a number. */
struct transform_value {
    const char *text;
    double number;
};

/** The pipeline's result; NAN: there is none (a text that is no number, a division by 0). */
double transform_apply(const struct transform *t, const struct transform_value *in);

/** 1: a larger value gives a larger result; -1: a smaller one; 0: the steps don't tell. */
int transform_trend(const struct transform *t);

enum transform_fold {
    FOLD_SUM,
    FOLD_MIN,
    FOLD_MAX,
    FOLD_PRODUCT,
    FOLD_FIRST,
    FOLD_LAST,
    FOLD_COUNT,
};

/** Names of the folds in the order of the enum, NULL-terminated. */
extern const char *const transform_folds[];

/** A fold under way; start with fold_start(). */
struct fold {
    enum transform_fold how;
    size_t n;
    double value;
};

struct fold fold_start(enum transform_fold how);

/** Takes the next value in the order of travel; NAN makes the result NAN. */
void fold_add(struct fold *f, double value);

/** The result. Of nothing: 0 for sum and count, 1 for product, NAN for the others. */
double fold_result(const struct fold *f);

#endif
