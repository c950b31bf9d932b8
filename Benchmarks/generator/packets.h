#pragma once

// What the two programs and their loader share. Host byte order unless a name ends in `_be`.

#include <linux/types.h>

#define ETHERNET_BYTES 14
#define IP_BYTES 20
#define UDP_BYTES 8
#define TCP_BYTES 20
#define VXLAN_BYTES 8

/// Packets between two looks at the clock, which the kernel takes in together.
#define BATCH 64
#define STALL_NANOSECONDS 5000000

/// Flows differ by source port first, then by source address.
#define PORTS_PER_ADDRESS 32768

struct generate_settings {
    __u8 destination_mac[6];
    __u8 source_mac[6];
    __u32 source_address;
    __be32 destination_address_be;
    __u16 first_source_port;
    __u16 destination_port;
    /// IANA number: UDP or TCP.
    __u32 protocol;
    __u32 flows;
    __u32 frame_bytes;
    /// TCP SYNs, each from an address of 11.0.0.0/8 and a port of its own, as if by chance.
    __u32 flood;
    /// Packets a second, 0: as fast as it goes.
    __u64 rate;
    /// Sums of what is the same in every packet: of the IP header, and of transport header and payload.
    __u64 ip_sum;
    __u64 transport_sum;
};

struct generate_state {
    __u64 packets;
    __u64 first_nanoseconds;
    __u64 last_nanoseconds;
    /// Time in pauses of more than STALL_NANOSECONDS, when others had the CPU.
    __u64 stalled_nanoseconds;
    /// Sum of `mixed` over the numbers of all packets: equal sums mean the same packets, each as often.
    __u64 identity;
};

struct count_settings {
    __u16 port;
    /// IANA number: UDP or TCP.
    __u8 protocol;
    /// Packets end here instead of going on to the stack.
    __u8 take;
    /// They are VXLAN: count what is inside.
    __u8 copies;
    /// Add up the checksums of the inner packets too.
    __u8 verify;
    /// Destination port of the generator's packets, inside the copies too.
    __u16 numbered_port;
};

struct count_values {
    __u64 packets;
    /// IP total length of the packets as they arrived.
    __u64 bytes;
    /// Those that the generator sent, inside copies too, and the sum of `mixed` over their numbers.
    __u64 numbered;
    __u64 identity;
    /// Of copies: inner frames, and what is wrong with them.
    __u64 inner_bytes;
    __u64 malformed;
    __u64 cut;
    __u64 checked;
    __u64 bad_checksum;
};

/// A number in which every bit depends on every bit (the finaliser of splitmix64).
static inline __attribute__((always_inline)) __u64 mixed(__u64 x) {
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}
