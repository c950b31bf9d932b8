#pragma once
#include <stdint.h>

#define WEIR_TOKEN_BYTES 16

/// A packet socket on a device that gets nothing but frames with `token` at `offset` bytes from their start: the
/// kernel compares, other traffic is not copied. -1 with errno.
int weir_sighting_open(uint32_t ifindex, const uint8_t *token, uint32_t offset);
/// Bytes of the next such frame and the time it passed (CLOCK_REALTIME). 0 when there is none, -1 with errno.
int weir_sighting_next(int fd, uint64_t *time_nanoseconds);
