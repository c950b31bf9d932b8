// Sends packets at the kernel's own speed, and counts those that arrive; a reference that shares no code with Weir.
//
//   packets generate --device D --to ADDRESS --from ADDRESS [--packets N] [--frame BYTES] [--flows N | --flood] [--rate PPS]
//       [--port N] [--tcp] [--cpu N] [--mac MAC]
//     hands exactly N packets to the stack as received by the device (in the namespace of the caller), and prints
//     {"packets","seconds","stalled","identity"}: stalled is the part of the time in which others had the CPU. Flows
//     take turns; each differs by source port, then by source address. --flood: TCP SYNs, each of a flow of its own
//     from 11.0.0.0/8, in an order that only looks like chance.
//   packets count --device D --port N [--tcp] [--copies] [--verify] [--egress] [--keep] [--numbered PORT]
//     counts what crosses the device for the port, and takes it away (not with --keep); with --copies also what is
//     inside, with --verify its checksums. Packets of the generator to the numbered port (7000) are told by their
//     numbers. Prints a line of JSON at once, and for each line of standard input; ends with it.

#define _GNU_SOURCE
#include "packets.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/// What BPF_F_TEST_XDP_LIVE_FRAMES takes: a page less head and tail room.
#define LARGEST_FRAME 3300
#define SMALLEST_FRAME 64

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("packets: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    exit(1);
}

static __u64 number(const char *name, const char *text, __u64 least, __u64 most) {
    char *end;
    errno = 0;
    __u64 value = strtoull(text, &end, 10);
    if (errno || *text == '-' || !*text || *end || value < least || value > most)
        fail("--%s takes %llu...%llu, not \"%s\"", name, least, most, text);
    return value;
}

static __be32 address(const char *name, const char *text) {
    struct in_addr value;
    if (inet_pton(AF_INET, text, &value) != 1)
        fail("--%s takes an IPv4 address, not \"%s\"", name, text);
    return value.s_addr;
}

static void parse_mac(const char *text, __u8 *mac) {
    char rest;
    if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx%c", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5, &rest) != 6)
        fail("--mac takes six bytes with colons, not \"%s\"", text);
}

static void read_mac(const char *device, __u8 *mac) {
    struct ifreq request = {};
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    strncpy(request.ifr_name, device, IFNAMSIZ - 1);
    if (descriptor < 0 || ioctl(descriptor, SIOCGIFHWADDR, &request))
        fail("%s: %s", device, strerror(errno));
    memcpy(mac, request.ifr_hwaddr.sa_data, 6);
    close(descriptor);
}

/// Loads a program from the file beside this executable, with its settings as constants.
static struct bpf_object *load(const char *file, const void *settings, size_t size) {
    char path[PATH_MAX + 32];
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
    if (length < 0)
        fail("/proc/self/exe: %s", strerror(errno));
    path[length] = 0;
    strcpy(strrchr(path, '/') + 1, file);
    struct bpf_object *object = bpf_object__open_file(path, NULL);
    if (!object)
        fail("%s: %s", path, strerror(errno));
    struct bpf_map *constants = bpf_object__find_map_by_name(object, ".rodata");
    if (!constants || bpf_map__set_initial_value(constants, settings, size))
        fail("%s: its settings have another size", path);
    if (bpf_object__load(object))
        fail("%s: the kernel refuses it: %s", path, strerror(errno));
    return object;
}

static int program_of(struct bpf_object *object, const char *name) {
    return bpf_program__fd(bpf_object__find_program_by_name(object, name));
}

static __u64 sum_of(const __u8 *bytes, size_t length) {
    __u64 sum = 0;
    for (size_t i = 0; i + 1 < length; i += 2)
        sum += bytes[i] << 8 | bytes[i + 1];
    return length % 2 ? sum + (bytes[length - 1] << 8) : sum;
}

static int generate(int index, struct generate_settings *settings, __u64 packets) {
    static __u8 frame[LARGEST_FRAME];
    __u32 header = ETHERNET_BYTES + IP_BYTES + (settings->protocol == IPPROTO_TCP ? TCP_BYTES : UDP_BYTES);
    __u32 ip_bytes = settings->frame_bytes - ETHERNET_BYTES, transport = ip_bytes - IP_BYTES;
    // The number of the packet is written over the first eight bytes.
    for (__u32 i = header + 8; i < settings->frame_bytes; i++)
        frame[i] = 'a' + i % 26;
    __u32 destination = ntohl(settings->destination_address_be);
    __u64 addresses = (destination >> 16) + (destination & 0xffff);
    settings->ip_sum = 0x4500 + ip_bytes + (64 << 8 | settings->protocol) + addresses;
    settings->transport_sum = addresses + settings->protocol + transport + settings->destination_port +
                              sum_of(frame + header, settings->frame_bytes - header);
    settings->transport_sum += settings->protocol != IPPROTO_TCP ? transport : settings->flood ? 0x5002 : 0x5010;

    struct bpf_object *object = load("generate.bpf.o", settings, sizeof(*settings));
    struct xdp_md context = {.data_end = settings->frame_bytes, .ingress_ifindex = index};
    LIBBPF_OPTS(
        bpf_test_run_opts, options, .data_in = frame, .data_size_in = settings->frame_bytes, .ctx_in = &context,
        .ctx_size_in = sizeof(context), .repeat = packets, .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);
    int result = packets ? bpf_prog_test_run_opts(program_of(object, "generate"), &options) : 0;
    struct generate_state state = {};
    __u32 zero = 0;
    int map = bpf_map__fd(bpf_object__find_map_by_name(object, "state"));
    if (bpf_map_lookup_elem(map, &zero, &state))
        fail("read the count: %s", strerror(errno));
    if (result || state.packets != packets)
        fail("%llu of %llu packets: %s", state.packets, packets, strerror(-result));
    printf("{\"packets\": %llu, \"seconds\": %.6f, \"stalled\": %.6f, \"identity\": \"%016llx\"}\n", state.packets,
           (state.last_nanoseconds - state.first_nanoseconds) / 1e9, state.stalled_nanoseconds / 1e9, state.identity);
    return 0;
}

static void print_values(int map) {
    int cpus = libbpf_num_possible_cpus();
    struct count_values of_cpu[cpus > 0 ? cpus : 1], sum = {};
    __u32 zero = 0;
    if (cpus <= 0 || bpf_map_lookup_elem(map, &zero, of_cpu))
        fail("read the counters: %s", strerror(errno));
    for (int cpu = 0; cpu < cpus; cpu++)
        for (size_t i = 0; i < sizeof(sum) / sizeof(__u64); i++)
            ((__u64 *)&sum)[i] += ((__u64 *)&of_cpu[cpu])[i];
    printf("{\"packets\": %llu, \"bytes\": %llu, \"numbered\": %llu, \"identity\": \"%016llx\", "
           "\"inner_bytes\": %llu, \"malformed\": %llu, \"cut\": %llu, \"checked\": %llu, \"bad_checksum\": %llu}\n",
           sum.packets, sum.bytes, sum.numbered, sum.identity, sum.inner_bytes, sum.malformed, sum.cut, sum.checked,
           sum.bad_checksum);
    fflush(stdout);
}

static int count(int index, const struct count_settings *settings, enum bpf_tc_attach_point point) {
    struct bpf_object *object = load("count.bpf.o", settings, sizeof(*settings));
    LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = index, .attach_point = point);
    LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = program_of(object, "count"));
    // A clsact that is there already is no news.
    libbpf_set_print(NULL);
    int result = bpf_tc_hook_create(&hook);
    if (result && result != -EEXIST)
        fail("clsact: %s", strerror(-result));
    result = bpf_tc_attach(&hook, &filter);
    if (result)
        fail("attach: %s", strerror(-result));
    int map = bpf_map__fd(bpf_object__find_map_by_name(object, "values"));
    char line[16];
    do
        print_values(map);
    while (fgets(line, sizeof(line), stdin));
    filter.prog_fd = filter.prog_id = 0;
    return bpf_tc_detach(&hook, &filter) ? 1 : 0;
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"device", 1, 0, 'd'}, {"to", 1, 0, 't'},      {"from", 1, 0, 'f'}, {"packets", 1, 0, 'n'},
        {"frame", 1, 0, 's'},  {"flows", 1, 0, 'F'},   {"rate", 1, 0, 'r'}, {"port", 1, 0, 'p'},
        {"tcp", 0, 0, 'T'},    {"cpu", 1, 0, 'c'},     {"mac", 1, 0, 'm'},  {"copies", 0, 0, 'C'},
        {"verify", 0, 0, 'v'}, {"keep", 0, 0, 'k'},   {"numbered", 1, 0, 'N'}, {"egress", 0, 0, 'e'},
        {"flood", 0, 0, 'x'},  {}};
    struct generate_settings sent = {
        .first_source_port = 16384, .destination_port = 7000, .protocol = IPPROTO_UDP, .flows = 1, .frame_bytes = 64};
    struct count_settings counted = {.port = 7000, .protocol = IPPROTO_UDP, .take = 1, .numbered_port = 7000};
    unsigned long long packets = 1000000;
    enum bpf_tc_attach_point point = BPF_TC_INGRESS;
    const char *device = NULL, *mac = NULL;
    cpu_set_t cpus;
    const char *command = argc > 1 ? argv[1] : "";
    for (int option, at = 0; (option = getopt_long(argc, argv, "", options, &at)) != -1;) {
        const char *name = option == '?' ? "" : options[at].name;
        switch (option) {
        case 'd': device = optarg; break;
        case 't': sent.destination_address_be = address(name, optarg); break;
        case 'f': sent.source_address = ntohl(address(name, optarg)); break;
        case 'n': packets = number(name, optarg, 0, INT_MAX); break;
        case 's': sent.frame_bytes = number(name, optarg, SMALLEST_FRAME, LARGEST_FRAME); break;
        case 'F': sent.flows = number(name, optarg, 1, 1 << 24); break;
        // The wait between two packets has a bound.
        case 'r': sent.rate = number(name, optarg, 0, 10000000); break;
        case 'p': sent.destination_port = counted.port = number(name, optarg, 1, 65535); break;
        case 'T': sent.protocol = counted.protocol = IPPROTO_TCP; break;
        case 'c':
            CPU_ZERO(&cpus);
            CPU_SET(number(name, optarg, 0, CPU_SETSIZE - 1), &cpus);
            if (sched_setaffinity(0, sizeof(cpus), &cpus))
                fail("CPU %s: %s", optarg, strerror(errno));
            break;
        case 'm': mac = optarg; break;
        case 'C': counted.copies = 1; break;
        case 'v': counted.verify = 1; break;
        case 'N': counted.numbered_port = number(name, optarg, 1, 65535); break;
        case 'x':
            sent.flood = 1;
            sent.protocol = IPPROTO_TCP;
            break;
        case 'e': point = BPF_TC_EGRESS; break;
        case 'k': counted.take = 0; break;
        default: return 2;
        }
    }
    libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
    int index = device ? if_nametoindex(device) : 0;
    if (!index)
        fail("--device %s: no such device here", device ? device : "");
    if (strcmp(command, "count") == 0)
        return count(index, &counted, point);
    if (strcmp(command, "generate") != 0)
        fail("usage: packets generate|count --device D …");
    if (!sent.destination_address_be || !sent.source_address)
        fail("--to and --from are needed");
    if (mac)
        parse_mac(mac, sent.destination_mac);
    else
        read_mac(device, sent.destination_mac);
    memcpy(sent.source_mac, (__u8[]){2, 0, 0, 0, 0, 1}, 6);
    return generate(index, &sent, packets);
}
