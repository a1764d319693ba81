#include "app/commands/ops_client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

#include <optional>

#include "http/endpoint.hpp"
#include "limits.hpp"

namespace vc::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using Answer = http::response<http::string_body>;
using Exchange = Result<Answer, boost::system::error_code>;

constexpr auto as_result = asio::as_tuple(asio::deferred);

asio::awaitable<Exchange> exchange(vc::http::Endpoint server, http::request<http::string_body> request) {
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_after(limits::ops_answer_deadline);
  if (auto [error] = co_await stream.async_connect(server, as_result); error) co_return std::unexpected(error);
  if (auto [error, size] = co_await http::async_write(stream, request, as_result); error)
    co_return std::unexpected(error);
  http::response_parser<http::string_body> answer;
  answer.body_limit(limits::copy_bytes_max);
  beast::flat_buffer buffer;
  if (auto [error, size] = co_await http::async_read(stream, buffer, answer, as_result); error) {
    co_return std::unexpected(error);
  }
  co_return answer.release();
}

/// What the ops listener says in `error` or `reason`, or its Invoke API in Lambda's manner; else the status.
std::string reason_of(const Answer& answer) {
  boost::system::error_code error;
  const boost::json::value body = boost::json::parse(answer.body(), error);
  const auto* object = error ? nullptr : body.if_object();
  for (const char* member : {"error", "reason", "message", "Message"}) {
    const auto* words = object != nullptr ? object->if_contains(member) : nullptr;
    if (words != nullptr && words->is_string()) return std::string(words->get_string());
  }
  return fmt::format("status {}", answer.result_int());
}

}  // namespace

Result<std::string> ask_ops(const std::string& address, const OpsRequest& ask) {
  const auto server = vc::http::parse_endpoint(address);
  if (!server) return std::unexpected(server.error());
  http::request<http::string_body> request(http::string_to_verb({ask.method.data(), ask.method.size()}), ask.path, 11);
  request.set(http::field::host, address);
  request.set(http::field::connection, "close");
  if (!ask.json.empty()) request.set(http::field::content_type, "application/json");
  request.body() = ask.json;
  request.prepare_payload();

  asio::io_context context(1);
  std::optional<Exchange> done;
  asio::co_spawn(context, exchange(*server, std::move(request)),
                 [&](const std::exception_ptr& thrown, Exchange result) {
                   if (thrown) std::rethrow_exception(thrown);
                   done = std::move(result);
                 });
  context.run();
  if (!*done) {
    return fail("no answer from the ops listener on {}: {}; is the server running? --ops-listen names another", address,
                done->error().message());
  }
  if ((*done)->result() != http::status::ok) return fail("{}", reason_of(**done));
  return (*done)->body();
}

}  // namespace vc::app
