// Deadlines, and clients beyond the number that has a place.

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "limits.hpp"
#include "support/http_server_test.hpp"

namespace vc::http {
namespace {

class ImpatientServerTest : public ServerTest {
  ServerOptions options() const override {
    return {.connections_max = 2,
            .header_deadline = 20ms,
            .idle_deadline = 20ms,
            .body_bytes_max = 1'000,
            .bodies = RequestParser::Bodies::discard,
            .body_deadline = 20ms,
            .write_deadline = 20ms,
            .linger_deadline = 20ms};
  }
};

TEST_F(ImpatientServerTest, ClosesWhoNeverFinishesAHead) {
  Client slow = client();
  slow.send("GET / HTTP/1.1\r\n");
  EXPECT_TRUE(slow.ended());
}

TEST_F(ImpatientServerTest, ClosesWhoNeverFinishesABody) {
  Client slow = client();
  slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhell");
  EXPECT_TRUE(slow.ended());
}

TEST_F(ImpatientServerTest, ClosesWhoSendsNothingAtAll) { EXPECT_TRUE(client().ended()); }

TEST_F(ImpatientServerTest, ClosesWhoIsIdle) {
  Client visitor = client();
  visitor.send(get("/a"));
  EXPECT_EQ(visitor.answer(), "/a|");
  EXPECT_TRUE(visitor.ended());
}

TEST_F(ImpatientServerTest, ClosesWhoLeavesItsAnswersUnreadAndAnswersNoneOfItsOtherRequests) {
  Client visitor = client();
  visitor.send(get("/large") + get("/large") + get("/wait"));
  wait_until_open(1);
  wait_until_open(0);
  EXPECT_FALSE(handler_.reached);
}

TEST_F(ImpatientServerTest, ClosesWhoGoesOnSendingAfterARefusal) {
  Client visitor = client();
  visitor.send("nonsense\r\n\r\n");
  visitor.answer();
  EXPECT_NE(visitor.head.find("400 Bad Request"), std::string::npos);
  visitor.send("more");
  wait_until_open(0);
}

class HurriedServerTest : public ServerTest {
  ServerOptions options() const override {
    return {.connections_max = 2,
            .header_deadline = 10s,
            .idle_deadline = 75s,
            .body_bytes_max = 10'000,
            .bodies = RequestParser::Bodies::discard,
            .body_deadline = 0s};
  }
};

TEST_F(HurriedServerTest, ClosesWhoseBodyIsLateAlsoWhileItsBytesAreBeingRead) {
  Client late = client();
  wait_until_open(1);
  at_once([&] {  // more than one read takes, and the deadlines are looked at between two of them
    late.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n" + std::string(3'000, 'x'));
    const auto looked_at = std::chrono::steady_clock::now() + limits::sweep_interval;
    while (std::chrono::steady_clock::now() < looked_at) std::this_thread::yield();
  });
  EXPECT_TRUE(late.ended());
}

class FullServerTest : public ServerTest {
  ServerOptions options() const override {
    return {.connections_max = 2,
            .header_deadline = 10s,
            .idle_deadline = 75s,
            .body_bytes_max = 1'000,
            .bodies = RequestParser::Bodies::discard};
  }
};

TEST_F(FullServerTest, GivesANewcomerThePlaceOfWhoHasBeenIdleLongest) {
  Client first = client();
  Client second = client();
  second.send(get("/a"));
  EXPECT_EQ(second.answer(), "/a|");
  first.send(get("/b"));
  EXPECT_EQ(first.answer(), "/b|");
  Client third = client();
  third.send(get("/c"));
  EXPECT_EQ(third.answer(), "/c|");
  EXPECT_TRUE(second.ended());
  first.send(get("/d"));
  EXPECT_EQ(first.answer(), "/d|");
}

TEST_F(FullServerTest, LosesNoRequestOfAnIdleConnectionToANewcomer) {
  Client first = client();
  Client second = client();
  first.send(get("/a"));
  EXPECT_EQ(first.answer(), "/a|");
  second.send(get("/a"));
  EXPECT_EQ(second.answer(), "/a|");
  std::optional<Client> third;
  at_once([&] {  // the newcomer is seen before their requests
    third.emplace(address_);
    first.send(get("/b"));
    second.send(get("/b"));
  });
  EXPECT_EQ(first.answer(), "/b|");
  EXPECT_EQ(second.answer(), "/b|");
}

TEST_F(FullServerTest, TurnsAwayWhoIsOneTooManyWhenNoneIsIdle) {
  Client first = client();
  const Client second = client();
  first.send("GET /a HTTP");
  Client third = client();
  third.send(get("/c") + "and much more");
  third.answer();
  EXPECT_NE(third.head.find("429 Too Many Requests"), std::string::npos);
  EXPECT_TRUE(third.ended());
  first.send("/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(first.answer(), "/a|");
}

TEST_F(FullServerTest, TurnsAwayManyWhoDoNotLeave) {
  Client first = client();
  const Client second = client();
  std::vector<Client> others;
  for (std::size_t i = 0; i < 3 * limits::turned_away_max; ++i) {
    others.push_back(client());
    others.back().answer();
    EXPECT_NE(others.back().head.find("429 Too Many Requests"), std::string::npos);
    EXPECT_TRUE(others.back().ended());
  }
  first.end();
  EXPECT_TRUE(first.ended());
  wait_until_open(1);
  Client newcomer = client();
  newcomer.send(get("/a"));
  EXPECT_EQ(newcomer.answer(), "/a|");
}

}  // namespace
}  // namespace vc::http
