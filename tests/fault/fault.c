/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/fault.h"

#include <stdlib.h>
#include <string.h>

static struct {
    bool active, once, failed;
    size_t left;
} plan;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);

static void start(size_t n, bool once)
{
    plan.left = n;
    plan.once = once;
    plan.failed = false;
    plan.active = true;
}

void fault_after(size_t n)
{
    start(n, false);
}

void fault_once(size_t n)
{
    start(n, true);
}

bool fault_stop(void)
{
    plan.active = false;
    return plan.failed;
}

static bool fails(void)
{
    if (!plan.active)
        return false;
    if (plan.left > 0) {
        plan.left--;
        return false;
    }
    if (plan.once)
        plan.active = false;
    plan.failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return fails() ? NULL : __real_realloc(p, size);
}

char *__wrap_strdup(const char *s)
{
    return fails() ? NULL : __real_strdup(s);
}

char *__wrap_strndup(const char *s, size_t n)
{
    return fails() ? NULL : __real_strndup(s, n);
}
