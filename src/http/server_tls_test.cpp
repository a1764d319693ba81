// The server behind TLS: what it serves without, it serves with.

#include <gtest/gtest.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <csignal>
#include <string>

#include "support/certificate.hpp"
#include "support/http_server_test.hpp"
#include "support/temporary_directory.hpp"

namespace vc::http {
namespace {

namespace ssl = asio::ssl;

class TlsClient final : public ClientOf<ssl::stream<tcp::socket>> {
 public:
  TlsClient(const Endpoint& address, ssl::context& context) : ClientOf(context) {
    stream().next_layer().connect(address);
    stream().handshake(ssl::stream_base::client);
  }
};

class TlsServerTest : public ServerTest {
 protected:
  void SetUp() override {
    (void)std::signal(SIGPIPE, SIG_IGN);
    ServerTest::SetUp();
  }

  ServerOptions options() const override {
    ServerOptions options = ServerTest::options();
    options.tls = std::make_shared<CurrentTls>(*TlsContext::load({certificate_.file, certificate_.key}));
    return options;
  }

  TlsClient tls_client() { return {address_, client_context_}; }

  tests::TemporaryDirectory directory_;
  const tests::Certificate certificate_ = tests::make_certificate(directory_.path());
  ssl::context client_context_{ssl::context::tls_client};
};

TEST_F(TlsServerTest, KeepsAConnectionForManyRequests) {
  for (const auto version : {ssl::context::tlsv12_client, ssl::context::tlsv13_client}) {
    ssl::context context(version);
    TlsClient visitor(address_, context);
    for (int i = 0; i < 10; ++i) {
      visitor.send(get("/a"));
      EXPECT_EQ(visitor.answer(), "/a|");
    }
  }
}

TEST_F(TlsServerTest, ReadsRequestsHoweverTheyArrive) {
  TlsClient visitor = tls_client();
  visitor.send(get("/a") + get("/b") + "POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" + get("/d"));
  for (const auto* answer : {"/a|", "/b|", "/c|hello", "/d|"}) EXPECT_EQ(visitor.answer(), answer);
  const std::string chunked =
      "POST /e HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + get("/f");
  for (const char& byte : chunked) visitor.send({&byte, 1});
  EXPECT_EQ(visitor.answer(), "/e|hello");
  EXPECT_EQ(visitor.answer(), "/f|");
}

TEST_F(TlsServerTest, AnswersARecordFullOfRequests) {
  TlsClient visitor = tls_client();
  std::string requests;
  for (int i = 0; i < 300; ++i) requests += get("/a");  // more than a buffer of its own holds
  visitor.send(requests);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(visitor.answer(), "/a|");
}

TEST_F(TlsServerTest, SendsWhatTheKernelDoesNotTakeAtOnce) {
  TlsClient visitor = tls_client();
  visitor.send(get("/large") + get("/a"));
  EXPECT_EQ(visitor.answer().size(), 8U << 20);
  EXPECT_EQ(visitor.answer(), "/a|");
}

TEST_F(TlsServerTest, SaysGoodbye) {
  TlsClient visitor = tls_client();
  visitor.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(visitor.answer(), "/a|");
  EXPECT_TRUE(visitor.ended());
  EXPECT_EQ(visitor.how_it_ended, asio::error::eof) << "and not cut short";
}

TEST_F(TlsServerTest, EndsAClientThatSpeaksPlainHttp) {
  Client confused = client();
  confused.send(get("/a"));
  EXPECT_EQ(confused.answer(), "");
  TlsClient visitor = tls_client();
  visitor.send(get("/a"));
  EXPECT_EQ(visitor.answer(), "/a|");
}

TEST_F(TlsServerTest, OutlivesClientsThatGoInTheMiddleOfAHandshake) {
  for (const std::string_view begun : {"", "\x16", "\x16\x03\x01\x01", "\x16\x03\x01\x02\x01\x01"}) {
    Client rude = client();
    rude.send(begun);
    rude.reset();
    Client gone = client();
    gone.send(begun);
    gone.end();
    EXPECT_EQ(gone.answer(), "");
  }
}

TEST_F(TlsServerTest, EndsIdleConnectionsAndAnswersBusyOnesWhenItStops) {
  TlsClient idle = tls_client();
  idle.send(get("/a"));
  EXPECT_EQ(idle.answer(), "/a|");
  TlsClient busy = tls_client();
  busy.send(get("/wait"));
  handler_.reached.wait(false);
  stop();
  EXPECT_TRUE(idle.ended());
  EXPECT_EQ(idle.how_it_ended, asio::error::eof);
  loop_.post([this] { handler_.release(); });
  EXPECT_EQ(busy.answer(), "/wait|");
  EXPECT_TRUE(busy.ended());
}

class HastyTlsServerTest : public TlsServerTest {
  ServerOptions options() const override {
    ServerOptions options = TlsServerTest::options();
    options.header_deadline = 20ms;
    return options;
  }
};

TEST_F(HastyTlsServerTest, ClosesWhoNeverFinishesAHandshake) {
  for (const std::string_view begun : {"", "\x16", "\x16\x03\x01\x02"}) {
    Client slow = client();
    slow.send(begun);
    EXPECT_TRUE(slow.ended());
  }
}

class ImpatientTlsServerTest : public TlsServerTest {
  ServerOptions options() const override {
    ServerOptions options = TlsServerTest::options();
    options.idle_deadline = 20ms;
    options.write_deadline = 20ms;
    return options;
  }
};

TEST_F(ImpatientTlsServerTest, ClosesWhoIsIdle) {
  TlsClient visitor = tls_client();
  visitor.send(get("/a"));
  EXPECT_EQ(visitor.answer(), "/a|");
  EXPECT_TRUE(visitor.ended());
}

TEST_F(ImpatientTlsServerTest, ClosesWhoLeavesItsAnswersUnreadAndAnswersNoneOfItsOtherRequests) {
  TlsClient visitor = tls_client();
  visitor.send(get("/large") + get("/large") + get("/wait"));
  wait_until_open(1);
  wait_until_open(0);
  EXPECT_FALSE(handler_.reached);
}

class CrowdedTlsServerTest : public TlsServerTest {
  ServerOptions options() const override {
    ServerOptions options = TlsServerTest::options();
    options.connections_max = 1;
    return options;
  }
};

TEST_F(CrowdedTlsServerTest, TellsAClientThatItIsOneTooMany) {
  TlsClient busy = tls_client();
  busy.send(get("/wait"));
  handler_.reached.wait(false);
  TlsClient other = tls_client();
  other.answer();
  EXPECT_NE(other.head.find("429"), std::string::npos);
  loop_.post([this] { handler_.release(); });
  EXPECT_EQ(busy.answer(), "/wait|");
}

}  // namespace
}  // namespace vc::http
