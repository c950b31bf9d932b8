#pragma once

// The symmetric five-tuple hash; Sources/Packet/FiveTupleHash.swift is the same in Swift.

#include "packet.bpf.h"

static __always_inline __u64 mix64(__u64 x) {
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9ull;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

static __always_inline __u64 endpoint_hash(__u64 high, __u64 low, __u16 port) {
    return mix64(mix64(mix64(high + 0x9e3779b97f4a7c15ull) ^ low) + port);
}

// Fragments hash without ports, so that all of one packet agree.
static __always_inline __u32 five_tuple_hash(const struct packet *packet) {
    __u16 source_port = packet->fragment ? 0 : packet->source_port;
    __u16 destination_port = packet->fragment ? 0 : packet->destination_port;
    // Copies are IPv4 only.
    __u64 source = endpoint_hash(0, bpf_ntohl(packet->source[0]), source_port);
    __u64 destination = endpoint_hash(0, bpf_ntohl(packet->destination[0]), destination_port);
    return (__u32)mix64(source + destination + packet->protocol);
}
