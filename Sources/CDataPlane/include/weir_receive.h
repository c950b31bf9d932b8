#pragma once
#include <stdint.h>

// Swift's Glibc module has neither recvmmsg nor eventfd nor the macros that read control messages.

/// Datagrams of one call at most.
#define WEIR_RECEIVE_BATCH 64

/// One datagram in its slot of the buffer.
struct weir_datagram {
    /// CLOCK_REALTIME of its arrival in the kernel; 0 when the kernel gave none.
    uint64_t time_nanoseconds;
    /// Bytes in the slot.
    uint32_t length;
    /// IPv4 address of the sender, host byte order.
    uint32_t source;
    /// 1 when it was longer than the slot.
    uint32_t cut;
};

/// Turns on the times of arrival. 0, or -1 with errno.
int weir_receive_times(int fd);
/// Takes what is there, up to `count` datagrams (at most WEIR_RECEIVE_BATCH), each into its own `slot_bytes` of
/// `buffer`. Never waits. The number taken, 0 when nothing is there, or -1 with errno.
int weir_receive(int fd, uint8_t *buffer, uint32_t slot_bytes, uint32_t count, struct weir_datagram *out);
/// A descriptor that `poll` finds readable once eight bytes were written to it (eventfd). -1 with errno.
int weir_stop_event(void);
/// Datagrams this socket dropped since it was made; wraps at 2^32. 0, or -1 with errno.
int weir_receive_drops(int fd, uint32_t *drops);
