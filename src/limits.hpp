// Every bound of the program. A bound that an operator may change is the default of a setting in app/config/config.cpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace vc::limits {

using namespace std::chrono_literals;

// --- what a client may send -------------------------------------------------------------------------------------

/// Request line and header fields together, as API Gateway bounds them.
inline constexpr std::size_t head_bytes_max = 10'240;

/// Read and thrown away: no route of the public API needs a body. API Gateway's own bound.
inline constexpr std::uint64_t body_bytes_max = std::uint64_t{10} * 1024 * 1024;

/// Of a correction, which is a few bytes.
inline constexpr std::size_t correction_bytes_max = std::size_t{64} * 1024;

/// Of an event that is handed to the function by its Invoke API: Lambda's bounds, when the caller waits for the answer
/// and when it does not.
inline constexpr std::size_t invoke_payload_bytes_max = std::size_t{6} * 1024 * 1024;
inline constexpr std::size_t invoke_event_bytes_max = std::size_t{1} * 1024 * 1024;
inline constexpr std::size_t function_name_chars_max = 64;
inline constexpr std::size_t qualifier_chars_max = 128;
/// Kept of the log of one invocation, for the caller that asks for it.
inline constexpr std::size_t invoke_log_bytes_max = std::size_t{4} * 1024;

/// Kept in memory on the ops listener: somewhat more than an event may have, so that it is refused in Lambda's words.
inline constexpr std::size_t ops_body_bytes_max = std::size_t{7} * 1024 * 1024;

// --- connections ------------------------------------------------------------------------------------------------

/// Held by an idle connection. Ordinary requests fit; a longer head, or a body, borrows a large buffer until it is
/// answered. A chunk's header with its extensions, and all trailers together, must fit behind the head.
inline constexpr std::size_t small_buffer_bytes = 1'024;
inline constexpr std::size_t large_buffer_bytes = std::size_t{16} * 1024;

inline constexpr std::size_t connections_max = 10'000;
inline constexpr std::size_t ops_connections_max = 64;

/// From the first byte of a request, or from accept, to the end of its head.
inline constexpr auto header_deadline = 10s;
/// From the end of the head to the end of the body.
inline constexpr auto body_deadline = 30s;
/// From an answer to the first byte of the next request.
inline constexpr auto idle_deadline = 75s;
/// For a client to take its answer off our hands.
inline constexpr auto write_deadline = 10s;
/// After the last answer we read and discard for a while, so that the client sees the answer and no reset.
inline constexpr auto linger_deadline = 2s;
/// How exact the deadlines above are: one timer looks at the connections whose deadlines are next.
inline constexpr auto sweep_interval = 250ms;
/// How long accepting rests when the process has no descriptor left.
inline constexpr auto accept_pause = 100ms;
/// How often the log says so.
inline constexpr auto starvation_line_interval = 1s;
/// How long a stopping server waits for a request that has begun to arrive.
inline constexpr auto drain_deadline = 5s;
/// Clients beyond connections_max, of each listener and thread, that are given time to read that they are too many.
inline constexpr std::size_t turned_away_max = 16;
/// Descriptors beside those of connections: files, listeners, loops, and some in reserve.
inline constexpr std::size_t other_descriptors = 64;

/// How long a word to the service manager may wait for it.
inline constexpr auto service_manager_patience = 1s;
/// Signs of life in the time after which the service manager takes us for dead.
inline constexpr int watchdog_signs = 3;
/// A day, in microseconds.
inline constexpr std::uint64_t watchdog_usec_max = 86'400'000'000;

/// Visits, lines of the log and the like that gather in one turn of a loop before they are handed on.
inline constexpr std::size_t gathered_max = 2'048;

// --- what an operator may choose --------------------------------------------------------------------------------

inline constexpr int threads_max = 64;
/// Of connections and of queued visits: beyond it a slip of the finger is likelier than a wish.
inline constexpr std::uint64_t configured_max = 1'000'000;
inline constexpr std::uint64_t timeout_seconds_max = 3'600;

// --- the gateway ------------------------------------------------------------------------------------------------

/// Requests at once, and a second, of a throttle; far beyond what one process serves.
inline constexpr std::uint64_t throttle_max = 1'000'000;
/// Of a quota: more than one process serves in a month.
inline constexpr std::uint64_t quota_max = 100'000'000'000;
/// Each request that needs a key is held against all of them.
inline constexpr std::size_t api_keys_max = 1'000;
inline constexpr std::size_t usage_plans_max = 1'000;
/// Of a key, a plan: names are in the log.
inline constexpr std::size_t plan_name_chars_max = 64;
/// For what keys have used of their quotas to reach the disk: so much a crash may give back.
inline constexpr auto usage_interval = 1s;
/// Clients with a bucket of their own, some 200 bytes each: where more come, the one that was silent longest is
/// forgotten.
inline constexpr std::size_t throttled_clients_max = 65'536;
/// Of an IPv6 address: what lies behind belongs to one client, who may choose it freely.
inline constexpr int client_prefix_bits = 64;

// --- counting ---------------------------------------------------------------------------------------------------

/// Visits waiting for the store; the next one is refused at once.
inline constexpr std::size_t queued_visits_max = 8'192;
/// Health checks and ops commands waiting for the store.
inline constexpr std::size_t queued_reads_max = 8'192;

/// JavaScript reads every count up to here exactly.
inline constexpr std::uint64_t count_max = (std::uint64_t{1} << 53) - 1;

inline constexpr std::size_t counter_id_chars_max = 128;

/// How long visits are kept by the hour, so that a year can be held against the one before. After that by the day.
inline constexpr std::chrono::days hours_kept{400};
/// Hours that one commit makes days of, while visits wait: the next commits do the rest.
inline constexpr int hours_folded_max = 1'000;

/// Preview counters vanish by themselves.
inline constexpr std::chrono::days preview_ttl{30};
/// A hundred years: far from any overflow of a time.
inline constexpr std::chrono::days ttl_max{36'525};
/// Of an expiry that a table holds: the end of the year 9999.
inline constexpr std::uint64_t epoch_seconds_max = 253'402'300'799;
/// Of a history that is asked for: the last hour of that year.
inline constexpr std::uint64_t epoch_hours_max = epoch_seconds_max / 3'600;

/// How long a start waits for a command that has the store for a moment, and how often it looks.
inline constexpr auto owner_wait = 1s;
inline constexpr auto owner_look_again = 5ms;

/// The write-ahead log is folded into the database file after this many pages (of 4 KiB).
inline constexpr int wal_pages_max = 1'000;

/// Of what SQLite says about a failure, which for a damaged file may be anything.
inline constexpr std::size_t store_words_bytes_max = 200;

/// A copy of a store passes through memory: that of one counter has some 100 KB a year.
inline constexpr std::size_t copy_bytes_max = std::size_t{128} * 1024 * 1024;

/// Of the lines that are imported: some 500,000 counters.
inline constexpr std::size_t import_bytes_max = std::size_t{64} * 1024 * 1024;
/// Between two words about how far a command has come.
inline constexpr auto progress_interval = 100ms;

/// Days that `history` prints at most, and the columns of its chart: of a terminal that does not tell, and at most.
inline constexpr std::uint64_t history_days_max = 10'000;
inline constexpr std::size_t columns_default = 80;
inline constexpr std::size_t chart_columns_max = 120;

/// On the disk of a store, below which `doctor` warns: the log, and a while of visits.
inline constexpr std::uint64_t disk_free_bytes_min = std::uint64_t{64} * 1024 * 1024;

/// For a command that asks a running server.
inline constexpr auto ops_answer_deadline = 10s;

// --- AWS ---------------------------------------------------------------------------------------------------------

/// From the first look at the resolver to a connection that can carry a request.
inline constexpr auto aws_connect_deadline = 500ms;
/// A kept connection that was not used for so long may be dead without our knowing: a Lambda was frozen in between.
inline constexpr auto aws_connection_idle_max = 5s;
/// So that a change of the server's addresses is noticed.
inline constexpr auto aws_connection_age_max = 5min;
/// Ours are a few hundred bytes.
inline constexpr std::size_t aws_answer_bytes_max = std::size_t{64} * 1024;

/// Before its end a key is asked for again, and how long the endpoint is left alone when that has failed.
inline constexpr auto aws_credentials_refresh = 15min;
inline constexpr auto aws_credentials_try_again = 30s;
/// As the AWS tools ask a container's endpoint and the instance metadata service.
inline constexpr auto aws_container_deadline = 2s;
inline constexpr int aws_container_tries = 3;
inline constexpr auto aws_imds_deadline = 1s;
/// Between our clock and the server's: a signature is good for 15 minutes, and for 5 with some services.
inline constexpr auto aws_clock_tolerance = 4min;

/// For a batch, with all its requests; half of it for one of them, or for a read.
inline constexpr auto dynamodb_deadline = 2s;
inline constexpr std::uint64_t dynamodb_timeout_seconds_max = 60;
/// For the first request to be sent at all, when the table cannot be reached: a visitor is told within a second.
inline constexpr auto dynamodb_unsent_deadline = 800ms;
/// How long a table that cannot be reached, does not answer, or refuses us, is left alone.
inline constexpr auto dynamodb_rest = 250ms;
/// The bound of the random pause before a request is sent again; it doubles each time.
inline constexpr auto dynamodb_first_pause = 25ms;
inline constexpr auto dynamodb_throttled_pause = 100ms;
inline constexpr auto dynamodb_pause_max = 800ms;
inline constexpr int dynamodb_retries_max = 10;
/// Retries of one writer: a success gives 1 back, and a retry costs so much.
inline constexpr int dynamodb_retry_budget = 100;
inline constexpr int dynamodb_lost_cost = 2;
inline constexpr int dynamodb_refused_cost = 10;
/// Of the items that are listed, at a time: each has a few hundred bytes without its slots.
inline constexpr int dynamodb_page_items = 100;
/// For the commands that make a table or look at it.
inline constexpr auto dynamodb_table_deadline = 10s;
inline constexpr auto dynamodb_creation_deadline = 60s;
inline constexpr auto dynamodb_creation_pause = 200ms;

// --- Lambda -----------------------------------------------------------------------------------------------------

/// Lambda's own bound is 6 MB; one that is larger ends the process.
inline constexpr std::size_t lambda_event_bytes_max = std::size_t{8} * 1024 * 1024;
inline constexpr std::size_t lambda_request_id_chars_max = 64;
/// Lambda's default, for an event that does not tell its deadline, and the longest there is.
inline constexpr auto lambda_timeout = 3s;
inline constexpr auto lambda_timeout_max = 900s;
/// Of an invocation's time, kept back for the answer: at the deadline the process is killed.
inline constexpr auto lambda_answer_time = 100ms;
/// For the platform, which is on the same host, to accept a connection and to take an answer.
inline constexpr auto lambda_connect_deadline = 5s;
inline constexpr auto lambda_post_deadline = 10s;

// --- the dashboard ----------------------------------------------------------------------------------------------

/// Dashboards that are fed at once; each asks the store once a second.
inline constexpr std::size_t dashboards_max = 16;
inline constexpr auto dashboard_interval = 1s;
/// The traffic of the last ten minutes, in steps.
inline constexpr auto traffic_step = 5s;
inline constexpr std::size_t traffic_steps_max = 120;
/// The longest of its charts, and the day that goes on.
inline constexpr std::chrono::days dashboard_history{90};

// --- handing over -----------------------------------------------------------------------------------------------

/// Of a message between two releases: the bytes that a connection has sent and nobody has used are its longest text.
inline constexpr std::size_t release_head_bytes = 10;
inline constexpr std::size_t release_text_bytes_max = large_buffer_bytes;
inline constexpr std::size_t release_word_chars_max = 128;
/// Beside one message: listeners, the control socket, the lock.
inline constexpr std::size_t release_descriptors_max = 8;
/// Processes that connect to the control socket at once: a standby and some commands.
inline constexpr int control_backlog = 16;
inline constexpr std::size_t control_connections_max = 16;
/// For a standby to prove itself on a copy of the store.
inline constexpr auto prove_deadline = 10s;
/// For the owner to answer what is in flight and to hand the store over, and for the standby to open it.
inline constexpr auto hand_over_deadline = 10s;
/// For an owner to answer whoever joins it.
inline constexpr auto release_answer_deadline = 5s;
/// How often a new owner is asked whether it is well, and how long by default.
inline constexpr auto health_interval = 250ms;
/// How long it may be silent: longer than a disk or a busy machine makes anybody wait.
inline constexpr auto health_deadline = 5s;
inline constexpr std::uint64_t watch_seconds = 30;
inline constexpr std::uint64_t watch_seconds_max = 3'600;
/// Whoever stops a standby may start it again, or stop the owner too: without either the store is migrated.
inline constexpr auto migration_delay = 2s;

/// How often a standby without an owner looks for one.
inline constexpr auto owner_search_interval = 250ms;
/// The same, after one has refused it.
inline constexpr auto refused_search_interval = 10s;
/// For the end of a process to be known as the reason why its connection ended.
inline constexpr auto sudden_end = 50ms;

/// The largest that Linux knows.
inline constexpr std::uint64_t pid_max = std::uint64_t{1} << 22;

// --- the log ----------------------------------------------------------------------------------------------------

/// Lines waiting for a slow reader; what does not fit is dropped and counted.
inline constexpr std::size_t log_buffer_bytes_max = std::size_t{4} * 1024 * 1024;
/// Between two writes: lines that come faster leave together.
inline constexpr auto log_pause = 5ms;
/// Of a value that a client sent.
inline constexpr std::size_t log_value_bytes_max = 256;
/// How long a stopping process waits for the reader of its log.
inline constexpr auto log_drain_deadline = 2s;

static_assert(small_buffer_bytes < large_buffer_bytes);
static_assert(head_bytes_max + 1 < large_buffer_bytes, "a head over the limit is recognised in a large buffer");
static_assert(correction_bytes_max < ops_body_bytes_max && invoke_payload_bytes_max < ops_body_bytes_max);
static_assert(invoke_event_bytes_max < invoke_payload_bytes_max);
static_assert(linger_deadline < drain_deadline && drain_deadline < header_deadline);
static_assert(dashboards_max < ops_connections_max, "commands and probes get through beside them");
static_assert(sweep_interval < linger_deadline);
static_assert(dashboard_history < hours_kept, "its charts show hours");
static_assert(aws_connect_deadline < dynamodb_unsent_deadline && dynamodb_unsent_deadline < dynamodb_deadline);
static_assert(dynamodb_page_items * (counter_id_chars_max + 256) < aws_answer_bytes_max);
static_assert(lambda_answer_time < lambda_timeout && lambda_timeout < lambda_timeout_max);
static_assert(drain_deadline + linger_deadline < hand_over_deadline, "a standby waits for an owner that drains");
static_assert(health_interval < health_deadline);
static_assert(queued_visits_max <= connections_max, "a connection waits for one visit at a time");

}  // namespace vc::limits
