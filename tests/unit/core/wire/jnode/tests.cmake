# SPDX-License-Identifier: Apache-2.0
rialto_test(core/wire/jnode USES rialto_wire)
