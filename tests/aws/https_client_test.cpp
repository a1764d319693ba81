// The client against a server that does what servers should not.

#include "aws/https_client.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "support/fake_server.hpp"

namespace vc::aws {
namespace {

using namespace std::chrono_literals;
using tests::answer;
using tests::FakeServer;
using tests::Reaction;

constexpr auto patience = 30s;  // for what must come

std::unique_ptr<HttpsClient> client_of(HttpsClient::Options options) {
  options.connect_deadline = patience;
  options.idle_max = 1h;
  options.age_max = 1h;
  return *HttpsClient::make(std::move(options));
}

std::unique_ptr<HttpsClient> client_of(const FakeServer& server) {
  return client_of({.server = *parse_url(server.url())});
}

HttpResult post(HttpsClient& client, std::string body = "hello", std::chrono::milliseconds within = patience) {
  return client.send({"POST", "/", {{"X-Asked", "yes"}}, std::move(body)}, std::chrono::steady_clock::now() + within);
}

/// A port of 127.0.0.1 on which nobody listens.
std::uint16_t closed_port() {
  return FakeServer([](const std::string&) { return Reaction{}; }).port();
}

TEST(HttpsClient, SendsARequestAndReadsTheAnswer) {
  const FakeServer server([](const std::string&) { return answer(418, "a pot", "X-Said: tea\r\n"); });
  const auto client = client_of(server);
  const HttpResult result = post(*client);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->status, 418);
  EXPECT_EQ(result->body, "a pot");
  EXPECT_EQ(result->header("x-said"), "tea");
  EXPECT_EQ(server.requests().at(0), "POST / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                                         "\r\nX-Asked: yes\r\nContent-Length: 5\r\n\r\nhello");
}

TEST(HttpsClient, KeepsItsConnection) {
  const FakeServer server([](const std::string&) { return answer(200, "ok"); });
  const auto client = client_of(server);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(post(*client));
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpsClient, LeavesAConnectionThatIsOldOrWasIdle) {
  const FakeServer server([](const std::string&) { return answer(200, "ok"); });
  for (const bool old : {true, false}) {
    const int before = server.connections();
    HttpsClient::Options options{.server = *parse_url(server.url()), .connect_deadline = patience};
    options.age_max = old ? 0ms : std::chrono::milliseconds(1h);
    options.idle_max = old ? std::chrono::milliseconds(1h) : 0ms;
    const auto client = *HttpsClient::make(options);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(post(*client));
    EXPECT_EQ(server.connections() - before, 3);
  }
}

TEST(HttpsClient, NoticesThatAKeptConnectionHasEnded) {
  const FakeServer server([](const std::string&) { return answer(200, "ok", "Connection: close\r\n"); });
  const auto client = client_of(server);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(post(*client));
  EXPECT_EQ(server.connections(), 3);
}

TEST(HttpsClient, NeverSendsARequestASecondTime) {
  int asked = 0;
  const FakeServer server(
      [&](const std::string&) { return ++asked == 2 ? Reaction{"", Reaction::Then::close} : answer(200, "ok"); });
  const auto client = client_of(server);
  ASSERT_TRUE(post(*client));
  const HttpResult lost = post(*client);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().sent, Sent::perhaps);
  EXPECT_EQ(lost.error().trouble, HttpTrouble::connection);
  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_TRUE(post(*client)) << "the next one has a connection of its own";
}

TEST(HttpsClient, SaysThatNothingWasSentWhereNobodyListens) {
  const auto client = client_of({.server = *parse_url("http://127.0.0.1:" + std::to_string(closed_port()))});
  const HttpResult result = post(*client);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().sent, Sent::nothing);
  EXPECT_EQ(result.error().trouble, HttpTrouble::connection);
}

TEST(HttpsClient, SaysThatNothingWasSentWhereTheNameIsUnknown) {
  const auto client = client_of({.server = *parse_url("http://no-such-host.invalid")});
  const HttpResult result = post(*client);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().sent, Sent::nothing);
}

TEST(HttpsClient, GivesUpAtTheDeadline) {
  const FakeServer server([](const std::string&) { return Reaction{}; });
  const auto client = client_of(server);
  const HttpResult result = post(*client, "hello", 50ms);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().trouble, HttpTrouble::timeout);
}

TEST(HttpsClient, TellsAnAnswerThatIsNoneOfHttp) {
  for (const char* bad : {"hello\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
                          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"}) {
    const FakeServer server([&](const std::string&) { return Reaction{bad, Reaction::Then::close}; });
    const HttpResult result = post(*client_of(server));
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().sent, Sent::perhaps);
    EXPECT_EQ(result.error().trouble, HttpTrouble::answer) << result.error().detail;
  }
}

TEST(HttpsClient, TakesNoHalfOfAnAnswer) {
  const FakeServer server([](const std::string&) {
    return Reaction{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Reaction::Then::close};
  });
  EXPECT_FALSE(post(*client_of(server)));
}

TEST(HttpsClient, TakesNoHugeAnswer) {
  const FakeServer server(
      [](const std::string&) { return answer(200, std::string(limits::aws_answer_bytes_max + 1, 'x')); });
  const HttpResult result = post(*client_of(server));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().trouble, HttpTrouble::answer);
}

TEST(HttpsClient, FollowsNoRedirect) {
  const FakeServer other([](const std::string&) { return answer(200, "stolen"); });
  const FakeServer server([&](const std::string&) { return answer(307, "", "Location: " + other.url() + "\r\n"); });
  const HttpResult result = post(*client_of(server));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 307);
  EXPECT_EQ(other.connections(), 0);
}

TEST(HttpsClient, SpeaksTls) {
  const FakeServer server([](const std::string&) { return answer(200, "secret"); }, FakeServer::Tls::on);
  const auto client = client_of({.server = *parse_url(server.url("localhost")), .ca_file = server.ca_file()});
  for (int i = 0; i < 2; ++i) {
    const HttpResult result = post(*client);
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->body, "secret");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpsClient, SendsNothingToAServerThatNobodyVouchesFor) {
  const FakeServer server([](const std::string&) { return answer(200, "hello"); }, FakeServer::Tls::on);
  const FakeServer another([](const std::string&) { return answer(200, "hello"); }, FakeServer::Tls::on);
  const auto client = client_of({.server = *parse_url(server.url("localhost")), .ca_file = another.ca_file()});
  const HttpResult result = post(*client);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().sent, Sent::nothing);
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpsClient, SendsNothingToAServerOfAnotherName) {
  const FakeServer server([](const std::string&) { return answer(200, "hello"); }, FakeServer::Tls::on);
  const auto client = client_of({.server = *parse_url(server.url("127.0.0.1")), .ca_file = server.ca_file()});
  const HttpResult result = post(*client);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().sent, Sent::nothing);
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpsClient, NeedsCertificatesThatCanBeRead) {
  EXPECT_FALSE(HttpsClient::make({.server = *parse_url("https://localhost"), .ca_file = "/no/such/file"}));
}

}  // namespace
}  // namespace vc::aws
