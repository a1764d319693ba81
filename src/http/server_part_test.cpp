// A server lets go of its listener and its connections, and another goes on with them.

#include "support/http_server_test.hpp"

namespace vc::http {
namespace {

/// What the first server answers begins with 1, what the second answers with 2.
class PartTest : public ServerTest {
 protected:
  void TearDown() override {
    loop_.post([this] {
      if (second_) second_->stop([this] { loop_.finish(); });
    });
    if (!stopped_) stop();
    thread_.join();
  }

  /// Thread: the loop's.
  void part_now() {
    stopped_ = true;
    server_->part([this](std::vector<Passed> passed) {
      second_.emplace(loop_, *adopt(loop_, duplicate(listener_.get())), second_handler_, clock_of_test,
                      second_options_);
      second_->start();
      passed_ = passed.size();
      for (Passed& each : passed) second_->take(std::move(each));
    });
  }
  void part() {
    loop_.post([this] { part_now(); });
  }

  /// Which server answers, and what.
  static std::string answer(Client& client) {
    const std::string body = client.answer();
    return client.head.find("X-Second: yes") == std::string::npos ? body : "second " + body;
  }

  std::atomic<std::size_t> passed_ = 0;

 private:
  class SecondHandler final : public Handler {
    Awaitable<void> handle(const Request& request, Reply& reply) override {
      Response response(200);
      response.header("X-Second", "yes");
      response.text(request.path == "/peer" ? text(request.peer) : fmt::format("{}|{}", request.path, request.body));
      reply.send(response);
      co_return;
    }
    void refuse(Refusal, Reply& reply) override { reply.send(Response(400)); }
    void failed(const std::exception&) override {}
  };

  void tune(Acceptor& acceptor) const override { listener_ = duplicate(acceptor.native_handle()); }

  mutable FileDescriptor listener_;
  SecondHandler second_handler_;
  const ServerOptions second_options_ = options();
  std::optional<Server> second_;
};

TEST_F(PartTest, AnIdleClientNoticesNothing) {
  Client visitor = client();
  visitor.send(get("/a"));
  EXPECT_EQ(answer(visitor), "/a|");
  part();
  visitor.send(get("/b"));
  EXPECT_EQ(answer(visitor), "second /b|");
  EXPECT_NE(visitor.head.find("Connection: keep-alive"), std::string::npos);
  visitor.send(get("/peer"));
  EXPECT_EQ(answer(visitor), "second " + text(ip_address(*parse_endpoint("127.0.0.1:0"))));
  EXPECT_EQ(passed_, 1U);
}

TEST_F(PartTest, ARequestThatArrivesMeanwhileIsAnsweredByTheOther) {
  Client visitor = client();
  visitor.send(get("/a"));
  EXPECT_EQ(answer(visitor), "/a|");
  at_once([&] {
    visitor.send(get("/b"));
    part_now();
  });
  EXPECT_EQ(answer(visitor), "second /b|");
}

TEST_F(PartTest, AConnectionThatNobodyHasAcceptedIsAcceptedByTheOther) {
  std::optional<Client> visitor;
  at_once([&] {
    part_now();
    visitor.emplace(address_);
    visitor->send(get("/a"));
  });
  EXPECT_EQ(answer(*visitor), "second /a|");
}

TEST_F(PartTest, ARequestInFlightIsAnsweredAndItsConnectionGoesOn) {
  Client visitor = client();
  visitor.send(get("/wait") + get("/b"));  // and one behind it
  handler_.reached.wait(false);
  at_once([&] { part_now(); });
  loop_.post([this] { handler_.release(); });
  EXPECT_EQ(answer(visitor), "/wait|");
  EXPECT_NE(visitor.head.find("Connection: keep-alive"), std::string::npos);
  EXPECT_EQ(answer(visitor), "second /b|");
}

TEST_F(PartTest, AHeadThatHasBegunToArriveIsReadOnByTheOther) {
  Client visitor = client();
  const std::string late = "GET /late HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(5'000, 'x');
  visitor.send(get("/a") + late);
  EXPECT_EQ(answer(visitor), "/a|");
  part();
  visitor.send("\r\n\r\n");
  EXPECT_EQ(answer(visitor), "second /late|");
}

TEST_F(PartTest, ABodyThatHasBegunToArriveIsReadToItsEndFirst) {
  Client visitor = client();
  visitor.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THROW(visitor.answer(), std::exception);  // which has no length: it may send its body
  at_once([&] { part_now(); });
  visitor.send("hello");
  EXPECT_EQ(answer(visitor), "/body|hello");
  visitor.send(get("/b"));
  EXPECT_EQ(answer(visitor), "second /b|");
}

class PatientPartTest : public PartTest {
  ServerOptions options() const override {
    ServerOptions patient = PartTest::options();
    patient.linger_deadline = std::chrono::hours(1);
    return patient;
  }
};

TEST_F(PatientPartTest, WhoeverHasItsLastAnswerAndStaysHoldsNobodyUp) {
  Client last = client();
  last.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(answer(last), "/a|");
  part();
  Client visitor = client();
  visitor.send(get("/b"));
  EXPECT_EQ(answer(visitor), "second /b|");
}

TEST_F(PartTest, AClientThatHasGoneIsNoTrouble) {
  {
    Client gone = client();
    gone.send(get("/a"));
    EXPECT_EQ(answer(gone), "/a|");
    gone.reset();
  }
  Client visitor = client();
  part();
  visitor.send(get("/b"));
  EXPECT_EQ(answer(visitor), "second /b|");
}

}  // namespace
}  // namespace vc::http
