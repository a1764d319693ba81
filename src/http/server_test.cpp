#include "http/server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <future>
#include <thread>
#include <vector>

#include "http/suspend.hpp"
#include "limits.hpp"

namespace vc::http {
namespace {

using namespace std::chrono_literals;

const SystemClock clock_of_test;

/// Answers with what it was asked; `/wait` waits until it is released, `/throw` throws.
class EchoHandler final : public Handler {
 public:
  Awaitable<void> handle(const Request& request, Reply& reply) override {
    if (request.path == "/throw") throw std::runtime_error("planted");
    if (request.path == "/wait") {
      co_await suspend([this](Resume resume) {
        waiting_ = resume;
        reached.store(true);
        reached.notify_all();
      });
    }
    Response response(200);
    response.text(request.path == "/large" ? std::string(8 << 20, 'x')
                                           : fmt::format("{}|{}", request.path, request.body));
    reply.send(response);
  }
  void refuse(Refusal refusal, Reply& reply) override {
    const Response response(refusal == Refusal::too_many_connections ? 429 : 400);
    reply.send(response);
  }
  void failed(const std::exception&) override { ++failures; }

  void release() { waiting_(); }

  std::atomic<bool> reached = false;
  std::atomic<int> failures = 0;

 private:
  Resume waiting_;
};

class ServerTest : public testing::Test {
 protected:
  void start(const ServerOptions& options) {
    open_connections_ = options.open_connections;
    auto acceptor = listen(loop_, *parse_endpoint("127.0.0.1:0"));
    ASSERT_TRUE(acceptor);
    address_ = acceptor->local_endpoint();
    server_.emplace(loop_, std::move(*acceptor), handler_, clock_of_test, options);
    server_->start();
    thread_ = std::thread([this] { loop_.run(); });
  }

  void SetUp() override { start(options()); }

  void TearDown() override {
    stop();
    if (thread_.joinable()) thread_.join();
  }

  void stop() {
    loop_.post([this] { stop_now(); });
  }

  /// Thread: the loop's.
  void stop_now() {
    if (!std::exchange(stopped_, true)) server_->stop([this] { loop_.finish(); });
  }

  virtual ServerOptions options() const {
    return {.connections_max = 10,
            .header_deadline = 10s,
            .idle_deadline = 75s,
            .body_bytes_max = 1'000,
            .bodies = RequestParser::Bodies::keep};
  }

  class Client {
   public:
    explicit Client(const Endpoint& address) : socket_(*context_) { socket_.connect(address); }
    void send(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes)); }
    void end() { socket_.shutdown(tcp::socket::shutdown_send); }
    void reset() {
      socket_.set_option(asio::socket_base::linger(true, 0));
      socket_.close();
    }

    /// The next answer's body. Empty: the connection ended.
    std::string answer() {
      boost::system::error_code error;
      const auto size = asio::read_until(socket_, asio::dynamic_buffer(bytes_), "\r\n\r\n", error);
      if (error) return "";
      head = bytes_.substr(0, size);
      bytes_.erase(0, size);
      const auto length = std::stoul(head.substr(head.find("Content-Length: ") + 16));
      while (bytes_.size() < length) {
        std::array<char, 65536> piece;
        bytes_.append(piece.data(), socket_.read_some(asio::buffer(piece)));
      }
      std::string body = bytes_.substr(0, length);
      bytes_.erase(0, length);
      return body;
    }

    bool ended() {
      std::array<char, 1> byte;
      boost::system::error_code error;
      return bytes_.empty() && socket_.read_some(asio::buffer(byte), error) == 0;
    }

    std::string head;

   private:
    std::unique_ptr<asio::io_context> context_ = std::make_unique<asio::io_context>();
    tcp::socket socket_;
    std::string bytes_;
  };

  Client client() { return Client(address_); }

  void wait_until_open(std::size_t connections) {
    while (*open_connections_ != connections) std::this_thread::yield();
  }

  std::shared_ptr<const std::atomic<std::size_t>> open_connections_;
  Loop loop_;
  EchoHandler handler_;
  std::optional<Server> server_;
  std::thread thread_;
  Endpoint address_;
  bool stopped_ = false;
};

std::string get(std::string_view path) { return fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", path); }

TEST_F(ServerTest, KeepsAConnectionForManyRequests) {
  Client visitor = client();
  for (int i = 0; i < 10; ++i) {
    visitor.send(get("/a"));
    EXPECT_EQ(visitor.answer(), "/a|");
    EXPECT_NE(visitor.head.find("Connection: keep-alive"), std::string::npos);
  }
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
  std::promise<void> sent;
  loop_.post([&] {  // its read is pending and sees nothing until this is over
    visitor.send(get("/b"));
    stop_now();
    sent.set_value();
  });
  sent.get_future().wait();
  EXPECT_EQ(visitor.answer(), "/b|");
  EXPECT_TRUE(visitor.ended());
}

TEST_F(ServerTest, AnswersARequestThatHasArrivedOnANewConnectionWhenItStops) {
  std::optional<Client> visitor;
  std::promise<void> sent;
  loop_.post([&] {
    visitor.emplace(address_);
    visitor->send(get("/a"));
    stop_now();
    sent.set_value();
  });
  sent.get_future().wait();
  EXPECT_EQ(visitor->answer(), "/a|");
  EXPECT_TRUE(visitor->ended());
}

TEST_F(ServerTest, AnswersARequestThatHasBeenReadWhenItStops) {
  Client visitor = client();
  visitor.send(get("/wait"));
  handler_.reached.wait(false);
  visitor.send(get("/b"));
  std::promise<void> done;
  loop_.post([&] {
    handler_.release();  // answers, and reads the next request, whose handling waits for its turn
    stop_now();
    done.set_value();
  });
  done.get_future().wait();
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
  std::promise<void> sent;
  loop_.post([&] {  // all that follows is seen at once
    first.send(get("/b"));
    second.send(get("/b"));
    third.emplace(address_);
    sent.set_value();
  });
  sent.get_future().wait();
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
