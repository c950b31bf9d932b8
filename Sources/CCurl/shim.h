#pragma once
#include <curl/curl.h>

// libcurl's setters are variadic, which Swift cannot call: one typed door for each kind of value.
static inline CURLcode weir_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode weir_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode weir_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}
typedef size_t (*weir_curl_write)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode weir_curl_set_write(CURL *handle, CURLoption option, weir_curl_write write) {
    return curl_easy_setopt(handle, option, write);
}
static inline CURLcode weir_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}
