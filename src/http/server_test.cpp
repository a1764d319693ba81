#include "http/server.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "support/http_server_test.hpp"

namespace vc::http {
namespace {

TEST_F(ServerTest, KeepsAConnectionForManyRequests) {
  Client visitor = client();
  for (int i = 0; i < 10; ++i) {
    visitor.send(get("/a"));
    EXPECT_EQ(visitor.answer(), "/a|");
    EXPECT_NE(visitor.head.find("Connection: keep-alive"), std::string::npos);
  }
}

TEST_F(ServerTest, KnowsWhoseConnectionARequestCameOver) {
  Client visitor = client();
  visitor.send(get("/peer") + "POST /peer HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_EQ(visitor.answer(), "127.0.0.1");
  EXPECT_EQ(visitor.answer(), "127.0.0.1");
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  Client visitor = client();
  visitor.send(get("/a") + get("/b") + "\r\n" + get("/c"));
  EXPECT_EQ(visitor.answer(), "/a|");
  EXPECT_EQ(visitor.answer(), "/b|");
  EXPECT_EQ(visitor.answer(), "/c|");
}

TEST_F(ServerTest, AnswersWhatIsValidBeforeWhatIsNot) {
  Client visitor = client();
  visitor.send(get("/a") + "nonsense\r\n\r\n" + get("/never"));
  EXPECT_EQ(visitor.answer(), "/a|");
  visitor.answer();
  EXPECT_NE(visitor.head.find("400 Bad Request"), std::string::npos);
  EXPECT_NE(visitor.head.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(visitor.ended());
}

TEST_F(ServerTest, ReadsARequestByteByByte) {
  Client visitor = client();
  for (const char byte : get("/slow")) visitor.send({&byte, 1});
  EXPECT_EQ(visitor.answer(), "/slow|");
}

TEST_F(ServerTest, ReadsLongHeadsAndWhatFollowsThem) {
  Client visitor = client();
  const std::string padding(8'000, 'x');
  visitor.send(fmt::format("GET /long HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", padding) + get("/next"));
  EXPECT_EQ(visitor.answer(), "/long|");
  EXPECT_EQ(visitor.answer(), "/next|");
}

TEST_F(ServerTest, ReadsBodiesHoweverTheyArriveAndWhatFollowsThem) {
  Client visitor = client();
  const std::string request =
      "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + get("/next");
  for (const char byte : request) visitor.send({&byte, 1});
  EXPECT_EQ(visitor.answer(), "/b|hello");
  EXPECT_EQ(visitor.answer(), "/next|");
  visitor.send("POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" + get("/next"));
  EXPECT_EQ(visitor.answer(), "/c|hello");
  EXPECT_EQ(visitor.answer(), "/next|");
}

TEST_F(ServerTest, LetsAClientThatExpectsItContinue) {
  Client visitor = client();
  visitor.send("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THROW(visitor.answer(), std::exception);  // 100 has no Content-Length
  EXPECT_EQ(visitor.head, "HTTP/1.1 100 Continue\r\n\r\n");
  visitor.send("hello");
  EXPECT_EQ(visitor.answer(), "/e|hello");
}

TEST_F(ServerTest, AnswersAHalfClosedClient) {
  Client visitor = client();
  visitor.send(get("/a"));
  visitor.end();
  EXPECT_EQ(visitor.answer(), "/a|");
  EXPECT_TRUE(visitor.ended());
}

TEST_F(ServerTest, SendsWhatTheKernelDoesNotTakeAtOnce) {
  Client visitor = client();
  visitor.send(get("/large") + get("/a"));
  EXPECT_EQ(visitor.answer().size(), 8U << 20);
  EXPECT_EQ(visitor.answer(), "/a|");
}

TEST_F(ServerTest, GoesOnWithAnAnswerUntilTheClientHasGone) {
  Client reader = client();
  reader.send(get("/stream"));
  EXPECT_THROW(reader.answer(), std::exception);  // it has no Content-Length
  EXPECT_NE(reader.head.find("Connection: close"), std::string::npos);
  EXPECT_EQ(reader.head.find("Content-Length"), std::string::npos);
  reader.reset();
  Client visitor = client();
  visitor.send(get("/a"));
  EXPECT_EQ(visitor.answer(), "/a|");
}

TEST_F(ServerTest, OutlivesAClientThatResets) {
  client().reset();
  Client rude = client();
  rude.send(get("/large"));
  rude.reset();
  Client visitor = client();
  visitor.send(get("/a"));
  EXPECT_EQ(visitor.answer(), "/a|");
}

TEST_F(ServerTest, EndsOnlyTheConnectionOfAnException) {
  Client unlucky = client();
  unlucky.send(get("/throw"));
  EXPECT_TRUE(unlucky.ended());
  Client visitor = client();
  visitor.send(get("/a"));
  EXPECT_EQ(visitor.answer(), "/a|");
  EXPECT_EQ(handler_.failures, 1);
}

TEST_F(ServerTest, EndsIdleConnectionsAndAnswersBusyOnesWhenItStops) {
  Client idle = client();
  idle.send(get("/a"));
  EXPECT_EQ(idle.answer(), "/a|");
  Client busy = client();
  busy.send(get("/wait"));
  handler_.reached.wait(false);
  stop();
  EXPECT_TRUE(idle.ended());
  loop_.post([this] { handler_.release(); });
  EXPECT_EQ(busy.answer(), "/wait|");
  EXPECT_NE(busy.head.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(busy.ended());
}

TEST_F(ServerTest, FinishesARequestThatHasBegunToArriveWhenItStops) {
  Client visitor = client();
  visitor.send(get("/a") + "GET /b HT");
  EXPECT_EQ(visitor.answer(), "/a|");
  stop();
  visitor.send("TP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(visitor.answer(), "/b|");
  EXPECT_TRUE(visitor.ended());
}

TEST_F(ServerTest, AnswersARequestThatHasArrivedUnreadWhenItStops) {
  Client visitor = client();
  visitor.send(get("/a"));
  EXPECT_EQ(visitor.answer(), "/a|");
  at_once([&] {  // its read is pending and sees nothing until this is over
    visitor.send(get("/b"));
    stop_now();
  });
  EXPECT_EQ(visitor.answer(), "/b|");
  EXPECT_TRUE(visitor.ended());
}

TEST_F(ServerTest, AnswersARequestThatHasArrivedOnANewConnectionWhenItStops) {
  std::optional<Client> visitor;
  at_once([&] {
    visitor.emplace(address_);
    visitor->send(get("/a"));
    stop_now();
  });
  EXPECT_EQ(visitor->answer(), "/a|");
  EXPECT_TRUE(visitor->ended());
}

TEST_F(ServerTest, AnswersARequestThatHasBeenReadWhenItStops) {
  Client visitor = client();
  visitor.send(get("/wait"));
  handler_.reached.wait(false);
  visitor.send(get("/b"));
  at_once([&] {
    handler_.release();  // answers, and reads the next request, whose handling waits for its turn
    stop_now();
  });
  EXPECT_EQ(visitor.answer(), "/wait|");
  EXPECT_EQ(visitor.answer(), "/b|");
  EXPECT_TRUE(visitor.ended());
}

TEST_F(ServerTest, CannotListenTwiceOnOneAddress) {
  Loop other;
  const auto second = listen(other, address_);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(text(address_)), std::string::npos);
}

TEST_F(ServerTest, CannotListenOnAnAddressOfAnotherMachine) {
  const auto elsewhere = listen(loop_, *parse_endpoint("192.0.2.1:0"));
  ASSERT_FALSE(elsewhere);
  EXPECT_NE(elsewhere.error().message.find("cannot listen on 192.0.2.1:0"), std::string::npos);
  EXPECT_EQ(elsewhere.error().message.find("another port"), std::string::npos) << elsewhere.error().message;
}

/// The kernel takes a few answers and no more until the client reads.
class NarrowServerTest : public ServerTest {
  void tune(Acceptor& acceptor) const override { acceptor.set_option(asio::socket_base::send_buffer_size(1)); }
};

TEST_F(NarrowServerTest, KeepsItsAnswersInOrderForAClientThatReadsThemLate) {
  constexpr int requests = 1'000;  // many more answers than fit between the two
  Client visitor = client();
  std::string all;
  for (int i = 0; i < requests; ++i) {
    all += fmt::format("POST /{} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello", i);
  }
  visitor.send(all);
  for (int i = 0; i < requests; ++i) {
    EXPECT_THROW(visitor.answer(), std::exception);
    EXPECT_EQ(visitor.answer(), fmt::format("/{}|hello", i));
  }
}

}  // namespace
}  // namespace vc::http
