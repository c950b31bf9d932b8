// Sends requests that were made before the clock starts, over kept connections, and times the answers.
//
//   load --port N [--host ADDRESS] [--connections N] [--seconds S | --once] [--rate R] [--contains TEXT] FILE
//
// FILE holds whole HTTP/1.1 requests, each after its length (32 bits, little endian). They are sent in order: once
// (--once), or from the first again until the time is up. At most one request is under way on a connection.
// Without --rate the next request leaves as soon as a connection is free: the most the server can do. With it,
// request k is due at k/R seconds and its time counts from then, whether or not a connection was free: a server that
// falls behind shows it. Every answer must have status 200 and --contains in its body; else the run fails.
// Prints a line of JSON: calls, seconds, the percentiles of the time of a call, the CPU time of this program.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/// Largest answer taken.
#define ROOM (1 << 20)
#define MOST_CONNECTIONS 4096
/// Most calls whose times are kept.
#define MOST_CALLS (1 << 25)
/// Seconds without any answer after which a run has failed.
#define SILENCE 30

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    exit(1);
}

struct request {
    const char *bytes;
    size_t length;
};

struct connection {
    int socket;
    bool busy;
    const struct request *request;
    size_t sent;
    /// Nanoseconds: when the call was due, or else when it was sent.
    int64_t begun;
    char *answer;
    size_t received;
};

static struct sockaddr_in server;
static struct request *requests;
static size_t request_count;
static struct connection connections[MOST_CONNECTIONS];
static struct connection *idle[MOST_CONNECTIONS];
static int idle_count;
static uint32_t *times;
static size_t calls;
static uint64_t reconnects;
static const char *contains;
static int poller;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void read_requests(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status))
        fail("cannot read %s: %s", path, strerror(errno));
    size_t size = (size_t)status.st_size, at = 0, room = 0;
    const char *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (bytes == MAP_FAILED)
        fail("cannot map %s: %s", path, strerror(errno));
    while (at + 4 <= size) {
        uint32_t length;
        memcpy(&length, bytes + at, 4);
        at += 4;
        if (length == 0 || length > size - at)
            fail("%s is cut off", path);
        if (request_count == room) {
            room = room ? room * 2 : 1024;
            requests = realloc(requests, room * sizeof *requests);
            if (!requests)
                fail("out of memory");
        }
        requests[request_count++] = (struct request){bytes + at, length};
        at += length;
    }
    if (at != size || request_count == 0)
        fail("%s is cut off", path);
}

static void dial(struct connection *connection) {
    int one = 1;
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->socket < 0 || connect(connection->socket, (struct sockaddr *)&server, sizeof server))
        fail("cannot connect: %s", strerror(errno));
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(connection->socket, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, connection->socket, &event))
        fail("epoll: %s", strerror(errno));
}

/// Sends what is left of the request; asks to be told when the rest fits.
static void push(struct connection *connection) {
    const struct request *request = connection->request;
    while (connection->sent < request->length) {
        ssize_t count = send(
            connection->socket, request->bytes + connection->sent, request->length - connection->sent, MSG_NOSIGNAL);
        if (count > 0) {
            connection->sent += (size_t)count;
        } else if (errno == EAGAIN) {
            struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = connection};
            epoll_ctl(poller, EPOLL_CTL_MOD, connection->socket, &event);
            return;
        } else if (errno != EINTR) {
            fail("cannot send: %s", strerror(errno));
        }
    }
}

static void begin(struct connection *connection, const struct request *request, int64_t due) {
    connection->busy = true;
    connection->request = request;
    connection->sent = 0;
    connection->received = 0;
    connection->begun = due;
    push(connection);
}

/// The length of the whole answer in `bytes`, 0 while its head is not there; says whether the server closes after it.
static size_t whole(const char *bytes, size_t length, bool *closes, const char **body) {
    const char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (!end)
        return 0;
    end += 4;
    if (length < 12 || strncmp(bytes, "HTTP/1.", 7) || strncmp(bytes + 9, "200", 3))
        fail("refused: %.*s", (int)length, bytes);
    size_t content = SIZE_MAX;
    *closes = bytes[7] == '0';
    for (const char *line = memchr(bytes, '\n', (size_t)(end - bytes)); line && ++line < end - 2;
         line = memchr(line, '\n', (size_t)(end - line))) {
        if (!strncasecmp(line, "content-length:", 15))
            content = strtoull(line + 15, NULL, 10);
        else if (!strncasecmp(line, "connection: close", 17))
            *closes = true;
    }
    if (content > ROOM)
        fail("an answer without a length, or a very long one: %.*s", (int)(end - bytes), bytes);
    *body = end;
    return (size_t)(end - bytes) + content;
}

/// Reads what has come. True when the answer is whole.
static bool pull(struct connection *connection) {
    ssize_t count = recv(
        connection->socket, connection->answer + connection->received, ROOM - connection->received, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (count < 0)
        fail("cannot receive: %s", strerror(errno));
    if (count == 0) {
        if (connection->busy)
            fail("the server closed a connection with a call under way");
        close(connection->socket);
        reconnects++;
        dial(connection);
        return false;
    }
    if (!connection->busy)
        fail("bytes that nobody asked for");
    connection->received += (size_t)count;
    bool closes;
    const char *body = NULL;
    size_t length = whole(connection->answer, connection->received, &closes, &body);
    if (length == 0 || connection->received < length) {
        if (connection->received == ROOM)
            fail("an answer of more than %d bytes", ROOM);
        return false;
    }
    if (connection->received > length)
        fail("more bytes than the answer has");
    size_t body_length = length - (size_t)(body - connection->answer);
    if (contains && !memmem(body, body_length, contains, strlen(contains)))
        fail("\"%s\" is not in %.*s", contains, (int)body_length, body);
    if (closes) {
        close(connection->socket);
        reconnects++;
        dial(connection);
    }
    connection->busy = false;
    return true;
}

static int ascending(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

static double percentile(double share) {
    size_t at = (size_t)((double)calls * share);
    return times[at < calls ? at : calls - 1] / 1e3;
}

static double number(const char *name, const char *text, double least, double most) {
    char *end;
    double value = strtod(text, &end);
    if (!*text || *end || !(value >= least && value <= most))
        fail("--%s takes %g...%g, not \"%s\"", name, least, most, text);
    return value;
}

int main(int count, char **words) {
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},    {"host", required_argument, NULL, 'h'},
        {"connections", required_argument, NULL, 'c'}, {"seconds", required_argument, NULL, 's'},
        {"once", no_argument, NULL, 'o'},          {"rate", required_argument, NULL, 'r'},
        {"contains", required_argument, NULL, 't'}, {NULL, 0, NULL, 0}};
    int connection_count = 32, port = 0, option;
    double seconds = 5, rate = 0;
    bool once = false;
    const char *host = "127.0.0.1";
    while ((option = getopt_long(count, words, "", options, NULL)) != -1) {
        switch (option) {
        case 'p': port = (int)number("port", optarg, 1, 65535); break;
        case 'h': host = optarg; break;
        case 'c': connection_count = (int)number("connections", optarg, 1, MOST_CONNECTIONS); break;
        case 's': seconds = number("seconds", optarg, 0.01, 3600); break;
        case 'o': once = true; break;
        case 'r': rate = number("rate", optarg, 0.1, 1e7); break;
        case 't': contains = optarg; break;
        default: return 2;
        }
    }
    if (port == 0 || optind != count - 1)
        fail("needs --port and one FILE");
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, host, &server.sin_addr) != 1)
        fail("--host takes an IPv4 address, not \"%s\"", host);
    read_requests(words[optind]);
    times = malloc(sizeof *times * MOST_CALLS);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (!times || poller < 0)
        fail("out of memory");
    for (int i = 0; i < connection_count; i++) {
        connections[i].answer = malloc(ROOM);
        if (!connections[i].answer)
            fail("out of memory");
        dial(&connections[i]);
        idle[idle_count++] = &connections[i];
    }

    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    int64_t start = now(), end = start + (int64_t)(seconds * 1e9), time = start, heard = start;
    uint64_t begun = 0;
    int late = 0;
    while (true) {
        // What is due leaves as long as a connection is free.
        while (idle_count > 0) {
            if (once ? begun == request_count : time >= end)
                break;
            int64_t due = rate > 0 ? start + (int64_t)((double)begun * 1e9 / rate) : time;
            if (due > time || (!once && due >= end))
                break;
            begin(idle[--idle_count], &requests[begun % request_count], due);
            begun++;
        }
        bool over = once ? begun == request_count : time >= end;
        if (over && idle_count == connection_count)
            break;
        int64_t wait = 1000000000;
        if (rate > 0 && idle_count > 0 && !over) {
            wait = start + (int64_t)((double)begun * 1e9 / rate) - time;
            if (!once && time + wait > end)
                wait = end - time;
        }
        if (wait < 0)
            wait = 0;
        struct epoll_event events[64];
        struct timespec timeout = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
        int ready = epoll_pwait2(poller, events, 64, &timeout, NULL);
        if (ready < 0 && errno != EINTR)
            fail("epoll: %s", strerror(errno));
        time = now();
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) {
                struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
                epoll_ctl(poller, EPOLL_CTL_MOD, connection->socket, &event);
                push(connection);
            }
            if (!(events[i].events & ~EPOLLOUT) || !pull(connection))
                continue;
            time = now();
            heard = time;
            int64_t took = time - connection->begun;
            if (calls == MOST_CALLS)
                fail("more than %d calls", MOST_CALLS);
            times[calls++] = took > UINT32_MAX ? UINT32_MAX : (uint32_t)took;
            if (took > 1000000000)
                late++;
            idle[idle_count++] = connection;
        }
        if (idle_count < connection_count && time - heard > (int64_t)SILENCE * 1000000000)
            fail("no answer for %d s", SILENCE);
        if (idle_count == connection_count)
            heard = time;
    }
    getrusage(RUSAGE_SELF, &after);
    if (calls == 0)
        fail("no call was answered");
    double took = (double)(now() - start) / 1e9;
    double cpu = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec -
                          before.ru_stime.tv_sec) +
                 (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec -
                          before.ru_stime.tv_usec) / 1e6;
    qsort(times, calls, sizeof *times, ascending);
    printf("{\"calls\": %zu, \"seconds\": %.3f, \"per_second\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, "
           "\"max_us\": %.1f, \"over_a_second\": %d, \"reconnects\": %llu, \"cpu_seconds\": %.3f}\n",
           calls, took, (double)calls / took, percentile(0.5), percentile(0.99), percentile(1), late,
           (unsigned long long)reconnects, cpu);
    return 0;
}
