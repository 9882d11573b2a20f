# SPDX-License-Identifier: Apache-2.0
rialto_test(core/wire/json USES rialto_wire)
