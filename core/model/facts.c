/* SPDX-License-Identifier: Apache-2.0 */
#include "model/facts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Per kind a function that holds its tables: there "self" can stand for the struct of the kind.
 */
#define FACT_FIELD(type, name, doc) {#name, FACT_TYPE_##type, offsetof(self, name), doc},
#define FACT_INFO(kind, KIND, doc)                                                             \
    static const struct fact_kind_info *info_##kind(void)                                      \
    {                                                                                          \
        typedef struct fact_##kind self;                                                       \
        static const struct fact_field fields[] = {FACT_FIELDS_##kind(FACT_FIELD)};            \
        static const struct fact_kind_info info = {#kind, doc, sizeof(self), fields,           \
                                                   sizeof(fields) / sizeof(fields[0])};        \
        return &info;                                                                          \
    }
FACT_KINDS(FACT_INFO)

#define FACT_INFO_ENTRY(kind, KIND, doc) info_##kind,
static const struct fact_kind_info *(*const info_of[FACT_KIND_COUNT])(void) = {
    FACT_KINDS(FACT_INFO_ENTRY)};

const char *fact_class_name(enum fact_class c)
{
    switch (c) {
    case CLASS_OBSERVED:
        return "observed";
    case CLASS_DERIVED:
        return "derived";
    case CLASS_ASSUMED:
        return "assumed";
    }
    assert(!"not a class");
    return "assumed";
}

const struct fact_kind_info *fact_kind_info(enum fact_kind kind)
{
    assert(kind < FACT_KIND_COUNT);
    return info_of[kind]();
}

bool fact_field_is_key(enum fact_kind kind, size_t field)
{
    static const struct {
        enum fact_kind kind;
        size_t offset;
    } keys[] = {
#define FACT_KEY(k, K, name) {FACT_##K, offsetof(struct fact_##k, name)},
#include "model/keys.def"
#undef FACT_KEY
    };
    assert(field < fact_kind_info(kind)->n_fields);
    size_t offset = fact_kind_info(kind)->fields[field].offset;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (keys[i].kind == kind && keys[i].offset == offset)
            return true;
    return false;
}

int fact_kind_by_name(const char *name)
{
    for (int k = 0; k < FACT_KIND_COUNT; k++)
        if (strcmp(info_of[k]()->name, name) == 0)
            return k;
    return -1;
}

static void field_init(enum fact_type type, void *p)
{
    switch (type) {
    case FACT_TYPE_I64:
    case FACT_TYPE_TIME:
        *(int64_t *)p = FACT_NONE;
        break;
    case FACT_TYPE_REAL:
        *(double *)p = NAN;
        break;
    case FACT_TYPE_STR:
    case FACT_TYPE_ADDR:
    case FACT_TYPE_PREFIX:
    case FACT_TYPE_STRS:
    case FACT_TYPE_ADDRS:
    case FACT_TYPE_IFADDRS:
    case FACT_TYPE_ASNS:
    case FACT_TYPE_HOPS:
        break; /* all zero is absent */
    }
}

void fact_init(enum fact_kind kind, void *fact)
{
    const struct fact_kind_info *info = fact_kind_info(kind);
    memset(fact, 0, info->size);
    for (size_t i = 0; i < info->n_fields; i++)
        field_init(info->fields[i].type, (char *)fact + info->fields[i].offset);
}

/* Copies s to *dst; false when the arena is full. */
static bool dup_str(const char **dst, const char *s, struct arena *a)
{
    *dst = arena_strdup(a, s);
    return s == NULL || *dst != NULL;
}

static bool dup_array(void *dst_v, const void *v, size_t n, size_t size, struct arena *a)
{
    void *copy = NULL;
    if (n > 0) {
        copy = arena_array(a, n, size);
        if (copy == NULL)
            return false;
        memcpy(copy, v, n * size);
    }
    memcpy(dst_v, &copy, sizeof(copy)); /* all list structs begin with their pointer */
    return true;
}

static bool dup_strs(struct strs *s, struct arena *a)
{
    const char **from = s->v;
    if (!dup_array(s, from, s->n, sizeof(*from), a))
        return false;
    for (size_t i = 0; i < s->n; i++)
        if (!dup_str(&s->v[i], from[i], a))
            return false;
    return true;
}

static bool dup_hop(struct hop *h, struct arena *a)
{
    struct responder *from = h->v;
    if (h->n == 0) {
        h->v = NULL;
        return true;
    }
    h->v = arena_array(a, h->n, sizeof(*from));
    if (h->v == NULL)
        return false;
    memcpy(h->v, from, h->n * sizeof(*from));
    for (size_t i = 0; i < h->n; i++)
        if (!dup_str(&h->v[i].label, from[i].label, a) ||
            !dup_str(&h->v[i].note, from[i].note, a))
            return false;
    return true;
}

static bool dup_hops(struct hops *h, struct arena *a)
{
    if (!dup_array(h, h->v, h->n, sizeof(*h->v), a))
        return false;
    for (size_t i = 0; i < h->n; i++)
        if (!dup_hop(&h->v[i], a))
            return false;
    return true;
}

/* Replaces what a field of a shallow copy borrows by copies. */
static bool field_dup(enum fact_type type, void *p, struct arena *a)
{
    switch (type) {
    case FACT_TYPE_STR:
        return dup_str(p, *(const char **)p, a);
    case FACT_TYPE_STRS:
        return dup_strs(p, a);
    case FACT_TYPE_ADDRS: {
        struct addrs *l = p;
        return dup_array(l, l->v, l->n, sizeof(*l->v), a);
    }
    case FACT_TYPE_IFADDRS: {
        struct ifaddrs_list *l = p;
        return dup_array(l, l->v, l->n, sizeof(*l->v), a);
    }
    case FACT_TYPE_ASNS: {
        struct asns *l = p;
        return dup_array(l, l->v, l->n, sizeof(*l->v), a);
    }
    case FACT_TYPE_HOPS:
        return dup_hops(p, a);
    case FACT_TYPE_I64:
    case FACT_TYPE_TIME:
    case FACT_TYPE_REAL:
    case FACT_TYPE_ADDR:
    case FACT_TYPE_PREFIX:
        return true;
    }
    return true;
}

int fact_copy(enum fact_kind kind, void *dst, const void *src, struct arena *a, struct err *e)
{
    const struct fact_kind_info *info = fact_kind_info(kind);
    assert(dst != src);
    memcpy(dst, src, info->size);
    for (size_t i = 0; i < info->n_fields; i++)
        if (!field_dup(info->fields[i].type, (char *)dst + info->fields[i].offset, a))
            return err_set(e, ERR_NOMEM, "no room to copy a fact of kind %s", info->name);
    return 0;
}

static int cmp_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* NAN stands before all numbers. */
static int cmp_real(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(b) - isnan(a);
    return (a > b) - (a < b);
}

static int cmp_str(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static int cmp_strs(const struct strs *a, const struct strs *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        int c = cmp_str(a->v[i], b->v[i]);
        if (c != 0)
            return c;
    }
    return (a->n > b->n) - (a->n < b->n);
}

static int cmp_addrs(const struct addrs *a, const struct addrs *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        int c = addr_cmp(&a->v[i], &b->v[i]);
        if (c != 0)
            return c;
    }
    return (a->n > b->n) - (a->n < b->n);
}

static int cmp_ifaddrs(const struct ifaddrs_list *a, const struct ifaddrs_list *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        int c = addr_cmp(&a->v[i].addr, &b->v[i].addr);
        if (c == 0)
            c = a->v[i].len - b->v[i].len;
        if (c != 0)
            return c;
    }
    return (a->n > b->n) - (a->n < b->n);
}

static int cmp_asns(const struct asns *a, const struct asns *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++)
        if (a->v[i] != b->v[i])
            return a->v[i] > b->v[i] ? 1 : -1;
    return (a->n > b->n) - (a->n < b->n);
}

static int cmp_responder(const struct responder *a, const struct responder *b)
{
    int c = addr_cmp(&a->addr, &b->addr);
    if (c == 0)
        c = cmp_real(a->rtt, b->rtt);
    if (c == 0)
        c = cmp_i64(a->asn, b->asn);
    if (c == 0)
        c = cmp_str(a->label, b->label);
    if (c == 0)
        c = cmp_str(a->note, b->note);
    return c;
}

static int cmp_hop(const struct hop *a, const struct hop *b)
{
    int c = cmp_i64(a->ttl, b->ttl);
    if (c == 0)
        c = cmp_i64(a->probes, b->probes);
    if (c == 0)
        c = cmp_i64(a->lost, b->lost);
    for (size_t i = 0; c == 0 && i < a->n && i < b->n; i++)
        c = cmp_responder(&a->v[i], &b->v[i]);
    return c != 0 ? c : (a->n > b->n) - (a->n < b->n);
}

static int cmp_hops(const struct hops *a, const struct hops *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        int c = cmp_hop(&a->v[i], &b->v[i]);
        if (c != 0)
            return c;
    }
    return (a->n > b->n) - (a->n < b->n);
}

static int field_cmp(enum fact_type type, const void *a, const void *b)
{
    switch (type) {
    case FACT_TYPE_STR:
        return cmp_str(*(const char *const *)a, *(const char *const *)b);
    case FACT_TYPE_I64:
    case FACT_TYPE_TIME:
        return cmp_i64(*(const int64_t *)a, *(const int64_t *)b);
    case FACT_TYPE_REAL:
        return cmp_real(*(const double *)a, *(const double *)b);
    case FACT_TYPE_ADDR:
        return addr_cmp(a, b);
    case FACT_TYPE_PREFIX:
        return prefix_cmp(a, b);
    case FACT_TYPE_STRS:
        return cmp_strs(a, b);
    case FACT_TYPE_ADDRS:
        return cmp_addrs(a, b);
    case FACT_TYPE_IFADDRS:
        return cmp_ifaddrs(a, b);
    case FACT_TYPE_ASNS:
        return cmp_asns(a, b);
    case FACT_TYPE_HOPS:
        return cmp_hops(a, b);
    }
    return 0;
}

int fact_cmp(enum fact_kind kind, const void *a, const void *b)
{
    const struct fact_kind_info *info = fact_kind_info(kind);
    for (size_t i = 0; i < info->n_fields; i++) {
        const struct fact_field *f = &info->fields[i];
        int c = field_cmp(f->type, (const char *)a + f->offset, (const char *)b + f->offset);
        if (c != 0)
            return c;
    }
    return 0;
}

int facts_add(struct facts *fs, enum fact_kind kind, const void *fact, struct err *e)
{
    const struct fact_kind_info *info = fact_kind_info(kind);
    struct fact_rows *rows = &fs->rows[kind];
    if (vec_reserve(&rows->v, &rows->cap, rows->n + 1, info->size) != 0)
        return err_set(e, ERR_NOMEM, "no room for %zu facts of kind %s", rows->n + 1,
                       info->name);
    void *slot = (char *)rows->v + rows->n * info->size;
    if (fs->arena == NULL) {
        memcpy(slot, fact, info->size);
    } else {
        int rc = fact_copy(kind, slot, fact, fs->arena, e);
        if (rc != 0)
            return rc;
    }
    rows->n++;
    return 0;
}

#define MOST_EXPECTED 65536 /* who expects more is not believed, until as many have come */

void *facts_room(struct facts *fs, enum fact_kind kind, size_t more)
{
    struct fact_rows *rows = &fs->rows[kind];
    size_t size = fact_kind_info(kind)->size, bytes = 0;
    if (rows->n == rows->cap) {
        size_t most = MOST_EXPECTED + 4 * rows->n;
        size_t room = rows->n + 1 + (more < most ? more : most);
        room = room > rows->n + rows->n / 2 ? room : rows->n + rows->n / 2;
        void *v = __builtin_mul_overflow(room, size, &bytes) ? NULL : realloc(rows->v, bytes);
        if (v == NULL)
            return NULL;
        rows->v = v;
        rows->cap = room;
    }
    void *fact = (char *)rows->v + rows->n * size;
    fact_init(kind, fact);
    return fact;
}

void facts_fit(struct facts *fs)
{
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        struct fact_rows *rows = &fs->rows[k];
        void *v = rows->n > 0 && rows->n < rows->cap
                      ? realloc(rows->v, rows->n * fact_kind_info(k)->size)
                      : NULL;
        if (v != NULL) {
            rows->v = v;
            rows->cap = rows->n;
        }
    }
}

void facts_free(struct facts *fs)
{
    for (int k = 0; k < FACT_KIND_COUNT; k++) {
        vec_release(&fs->rows[k].v);
        fs->rows[k].n = fs->rows[k].cap = 0;
    }
}

size_t facts_count(const struct facts *fs)
{
    size_t n = 0;
    for (int k = 0; k < FACT_KIND_COUNT; k++)
        n += fs->rows[k].n;
    return n;
}
