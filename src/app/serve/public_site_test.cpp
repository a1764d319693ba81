// A visitor's request through the whole house, over a socket, and what it costs.

#include "app/serve/public_site.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <cstdlib>
#include <new>
#include <thread>

#include "base/file.hpp"
#include "http/server.hpp"
#include "limits.hpp"
#include "store/memory/store.hpp"

namespace {

/// Allocations of this thread since it began.
thread_local std::size_t allocations = 0;

}  // namespace

// Replaced for this program, to count. Sanitizers bring their own, and count nothing here.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#endif

#ifndef SANITIZED
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace vc::app {
namespace {

using counter::CounterId;

class PublicSiteTest : public testing::Test {
 protected:
  void SetUp() override {
    auto acceptor = http::listen(loop_, *http::parse_endpoint("127.0.0.1:0"));
    ASSERT_TRUE(acceptor);
    address_ = acceptor->local_endpoint();
    server_.emplace(loop_, std::move(*acceptor), site_, clock_,
                    http::ServerOptions{.connections_max = 10,
                                        .header_deadline = limits::header_deadline,
                                        .idle_deadline = limits::idle_deadline,
                                        .body_bytes_max = limits::body_bytes_max,
                                        .bodies = http::RequestParser::Bodies::discard});
    server_->start();
    loop_.at_end_of_turn([this] {
      desk_.flush();
      turn_log_.flush();
      allocated_ = allocations;
    });
    thread_ = std::thread([this] { loop_.run(); });
    client_.connect(address_);
  }

  void TearDown() override {
    loop_.post([this] { server_->stop([this] { loop_.finish(); }); });
    thread_.join();
    driver_.stop();
  }

  std::string ask(std::string_view path) {
    boost::asio::write(client_, boost::asio::buffer(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", path)));
    std::array<char, 4096> answer;
    return {answer.data(), client_.read_some(boost::asio::buffer(answer))};
  }

  const SystemClock clock_;
  const FileDescriptor null_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  const PublicApi api_{.gateway = gateway::Gateway(*gateway::BasePaths::parse("(none),blue")),
                       .function = function::Function({.counter = {*CounterId::parse("main_counter")},
                                                       .preview_counter = {*CounterId::parse("preview")},
                                                       .cors = *function::Cors::parse("https://a.b"),
                                                       .version = "1.2.0+g0123456789ab"}),
                       .stage = "blue"};
  telemetry::Log log_{clock_,
                      {.fd = null_.get(),
                       .format = telemetry::LogFormat::json,
                       .level = telemetry::LogLevel::info,
                       .buffer_bytes_max = limits::log_buffer_bytes_max}};
  store::MemoryStore store_;
  counter::StoreDriver driver_{store_, clock_, {.queued_visits_max = 100, .queued_reads_max = 100}, {}};
  http::Loop loop_;
  counter::Desk desk_{driver_, [this] { loop_.post([this] { desk_.deliver(); }); }, [this] { loop_.gathered(); }};
  telemetry::TurnLog turn_log_{log_, clock_, [this] { loop_.gathered(); }};
  telemetry::SiteMetrics metrics_;
  PublicSite site_{api_, function::Traffic::production, desk_, turn_log_, metrics_, clock_};
  std::optional<http::Server> server_;
  std::thread thread_;
  http::Endpoint address_;
  boost::asio::io_context client_context_;
  boost::asio::ip::tcp::socket client_{client_context_};
  std::atomic<std::size_t> allocated_ = 0;
};

TEST_F(PublicSiteTest, CountsAVisitPerRequest) {
  EXPECT_NE(ask("/counter").find(R"({"count": 1, )"), std::string::npos);
  EXPECT_NE(ask("/blue/counter").find(R"({"count": 2, )"), std::string::npos);
  EXPECT_NE(ask("/health").find(R"("counter_value": 2, )"), std::string::npos);
  EXPECT_NE(ask("/nothing").find("403 Forbidden"), std::string::npos);
  EXPECT_NE(ask("/counter").find(R"({"count": 3, )"), std::string::npos);
}

TEST_F(PublicSiteTest, AllocatesNothingPerRequestOnAWarmConnection) {
  for (int i = 0; i < 2'000; ++i) ask("/counter");
  ask("/nothing");
  const std::size_t before = allocated_;
  for (int i = 0; i < 2'000; ++i) ask("/counter");
  ask("/nothing");
  EXPECT_LT(allocated_ - before, 20U) << "a sweep of the connections may allocate, four times a second";
}

}  // namespace
}  // namespace vc::app
