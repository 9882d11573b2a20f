/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka and the headers it wants before it, in its order. */
#ifndef RIALTO_TESTS_CMOCKA_ALL_H
#define RIALTO_TESTS_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#endif
