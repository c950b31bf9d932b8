#pragma once
#include <stdint.h>

// Capabilities of the calling thread (capabilities(7)); glibc has no calls for them.

/// Gives up all capabilities but those of the mask `permitted`, for good and for children too; of these, those of
/// `effective` act at once. Call it before there are other threads. 0, or -1 with errno.
int weir_keep_capabilities(uint64_t permitted, uint64_t effective);
/// Lets one permitted capability act for the calling thread. 1 when it did not act before, 0 when it did or is not
/// permitted.
int weir_raise_capability(unsigned int capability);
/// Lets it act no longer.
void weir_lower_capability(unsigned int capability);
