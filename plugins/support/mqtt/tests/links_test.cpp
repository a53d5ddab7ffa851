// SPDX-License-Identifier: Apache-2.0
#include "mqtt/links.h"
