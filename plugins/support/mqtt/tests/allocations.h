// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How often the test program has called operator new so far.
int allocations();
