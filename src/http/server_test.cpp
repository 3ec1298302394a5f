#include "http/server.hpp"

#include "base/error.hpp"
#include "http/client.hpp"
#include "http/raw_peer.hpp"
#include "http/url.hpp"

#include <atomic>
#include <future>
#include <poll.h>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace tricircle::http {
namespace {

Response rendered(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const base::Error& known) {
    return {known.kind() == base::ErrorKind::too_large ? 413 : 400, {}, known.what()};
  } catch (const std::exception& other) {
    return {500, {}, other.what()};
  }
}

class ServerTest : public testing::Test {
 protected:
  ~ServerTest() override {
    if (server_) server_->stop(1);
    runtime_.stop();
  }

  void serve(Handler handler, ServerOptions options = {}) {
    options.on_error = [](const Request&, const std::exception_ptr& error) { return rendered(error); };
    server_ = std::make_unique<Server>(runtime_, std::move(options), std::move(handler));
    runtime_.start();
  }

  // Sends bytes, says no more, reads all that comes.
  std::string talk(const std::string& bytes) {
    const int fd = connect_to(server_->port());
    write_all(fd, bytes);
    ::shutdown(fd, SHUT_WR);
    const std::string all = read_to_end(fd);
    ::close(fd);
    return all;
  }

  base::Runtime runtime_{8};
  std::unique_ptr<Server> server_;
};

Reply echo(const Request& request) {
  return Response{200, {}, request.method + " " + request.path + " " + request.body};
}

TEST_F(ServerTest, AnswersPipelinedRequestsInTheirOrder) {
  serve(echo);
  const std::string all = talk("GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_LT(all.find("GET /one"), all.find("GET /two"));
  EXPECT_NE(all.find("X-Openstack-Request-Id: req-"), std::string::npos);
}

TEST_F(ServerTest, DecodesPathAndQueryOnce) {
  serve([](const Request& request) {
    return Response{200, {}, request.path + "|" + request.query.at(0).first + "=" + request.query.at(0).second};
  });
  EXPECT_NE(talk("GET /a%2520b?c%20=d+e HTTP/1.1\r\nHost: x\r\n\r\n").find("/a%20b|c =d e"), std::string::npos);
}

TEST_F(ServerTest, ABadPercentEscapeIsRefused) {
  serve(echo);
  EXPECT_TRUE(talk("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(talk("GET /%4 HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 400"));
}

TEST_F(ServerTest, AnAnswerThatTheKernelCannotTakeAtOnceComesWhole) {
  const std::string large(20U << 20, 'x');
  serve([&](const Request&) -> Reply { return Response{200, {}, large + "end"}; });
  const int fd = connect_to(server_->port());
  write_all(fd, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string all = read_to_end(fd);
  ::close(fd);
  EXPECT_EQ(all.size() - all.find("\r\n\r\n") - 4, large.size() + 3);
  EXPECT_TRUE(all.ends_with("xend"));
}

TEST_F(ServerTest, WhatIsAtHandIsAnsweredWithoutTheHandler) {
  ServerOptions options;
  options.at_hand = [](const Request& request) -> std::optional<Response> {
    if (request.path != "/known") return std::nullopt;
    return Response{200, {}, "at hand"};
  };
  serve(echo, std::move(options));
  const std::string all = talk("GET /known HTTP/1.1\r\nHost: x\r\n\r\nGET /other HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_LT(all.find("at hand"), all.find("GET /other"));
  EXPECT_EQ(all.find("GET /known"), std::string::npos);
}

TEST_F(ServerTest, AStreamComesPieceByPieceAndEndsTheConnection) {
  serve([](const Request&) -> Reply {
    const auto left = std::make_shared<int>(3);
    return Stream{{{"content-type", "text/event-stream"}}, [left](const Stream::Give& give) {
                    std::thread([left, give] {  // as from anywhere
                      give((*left)-- > 0 ? std::optional("piece " + std::to_string(*left) + "\n") : std::nullopt);
                    })
                        .detach();
                  }};
  });
  const std::string all = talk("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /never HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(all.find("content-type: text/event-stream"), std::string::npos) << all;
  EXPECT_TRUE(all.ends_with("\r\n\r\npiece 2\npiece 1\npiece 0\n")) << all;
}

TEST_F(ServerTest, AStreamWhoseReaderHasGoneIsAskedForNoMore) {
  std::promise<void> over;
  std::atomic<int> asked = 0;
  serve([&](const Request&) -> Reply {
    const std::shared_ptr<void> end(nullptr, [&](void*) { over.set_value(); });
    return Stream{{}, [&asked, end](const Stream::Give& give) {
                    ++asked;
                    give(std::string(1 << 16, 'x'));
                  }};
  });
  const int fd = connect_to(server_->port());
  write_all(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_FALSE(read_some(fd).empty());
  ::close(fd);
  EXPECT_EQ(over.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_GT(asked, 0);
}

TEST_F(ServerTest, ABodyBeyondTheLimitIsRefusedByItsLengthAlone) {
  serve(echo);
  EXPECT_TRUE(talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\n\r\n").starts_with("HTTP/1.1 413"));
}

TEST_F(ServerTest, AChunkedBodyBeyondTheLimitIsRefused) {
  serve(echo, {.body_limit = 1000});
  const std::string chunk = "400\r\n" + std::string(1024, 'x') + "\r\n";
  EXPECT_TRUE(talk("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk)
                  .starts_with("HTTP/1.1 413"));
}

TEST_F(ServerTest, HeadersBeyondTheLimitAreRefused) {
  serve(echo);
  EXPECT_TRUE(talk("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(100'000, 'x') + "\r\n\r\n")
                  .starts_with("HTTP/1.1 431"));
}

TEST_F(ServerTest, GarbageIsRefused) {
  serve(echo);
  EXPECT_TRUE(talk("this is no request\r\n\r\n").starts_with("HTTP/1.1 400"));
}

TEST_F(ServerTest, AHandlersExceptionBecomesAnAnswer) {
  serve([](const Request&) -> Reply { throw std::runtime_error("oh"); });
  EXPECT_TRUE(talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 500"));
}

TEST_F(ServerTest, HeadHasTheLengthButNoBody) {
  serve(echo);
  const std::string all = talk("HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(all.starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(all.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, GoesOnAfterPendingWorkOfAnyThread) {
  std::vector<std::future<void>> others;
  serve([&](const Request& request) -> Reply {
    const bool at_once = request.path == "/sync";
    return Pending{[&others, at_once](const std::function<void()>& done) {
                     if (at_once) return done();
                     others.push_back(std::async(std::launch::async, done));
                   },
                   [path = request.path]() -> Reply { return Response{200, {}, "after " + path}; }};
  });
  EXPECT_NE(talk("GET /sync HTTP/1.1\r\nHost: x\r\n\r\n").find("after /sync"), std::string::npos);
  EXPECT_NE(talk("GET /async HTTP/1.1\r\nHost: x\r\n\r\n").find("after /async"), std::string::npos);
}

TEST_F(ServerTest, ServesManyClientsAtOnce) {
  serve(echo);
  const std::string url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/many";
  CurlClient client;
  std::atomic<int> good = 0;
  std::promise<void> all;
  constexpr int kCalls = 1000;
  std::atomic<int> left = kCalls;
  for (int i = 0; i < kCalls; ++i) {
    OutRequest request;
    request.url = url;
    client.send(std::move(request), [&](const OutResponse& response) {
      if (response.status == 200 && response.body == "GET /many ") ++good;
      if (--left == 0) all.set_value();
    });
  }
  all.get_future().wait();
  EXPECT_EQ(good, kCalls);
}

TEST_F(ServerTest, ARequestUnderWayIsAnsweredBeforeTheServerStops) {
  std::promise<void> inside;
  std::promise<void> go_on;
  serve([&](const Request&) -> Reply {
    inside.set_value();
    go_on.get_future().wait();
    return Response{200, {}, "done"};
  });
  const int fd = connect_to(server_->port());
  write_all(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  inside.get_future().wait();
  auto stopped = std::async(std::launch::async, [this] { server_->stop(10); });
  go_on.set_value();
  EXPECT_NE(read_to_end(fd).find("done"), std::string::npos);
  stopped.wait();
  EXPECT_EQ(connect_to(server_->port()), -1);
  ::close(fd);
}

// As a load balancer's call may be: sent before it could know that the server ends.
TEST_F(ServerTest, WhoWasConnectedBeforeTheStopIsAnswered) {
  serve(echo);
  std::promise<void> standing;
  std::promise<void> go_on;
  boost::asio::post(runtime_.io(), [&] {
    standing.set_value();
    go_on.get_future().wait();
  });
  standing.get_future().wait();
  const int asking = connect_to(server_->port());
  write_all(asking, "GET /one HTTP/1.1\r\nHost: x\r\n\r\n");
  const int silent = connect_to(server_->port());
  const auto begun = std::chrono::steady_clock::now();
  auto stopped = std::async(std::launch::async, [this] { server_->stop(10); });
  go_on.set_value();
  EXPECT_NE(read_to_end(asking).find("GET /one"), std::string::npos);
  EXPECT_EQ(read_to_end(silent), "");
  stopped.wait();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  ::close(asking);
  ::close(silent);
}

TEST_F(ServerTest, AKeptConnectionDoesNotHoldUpTheStop) {
  serve(echo);
  const int fd = connect_to(server_->port());
  write_all(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_FALSE(read_some(fd).empty());
  const auto begun = std::chrono::steady_clock::now();
  server_->stop(10);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  ::close(fd);
}

TEST_F(ServerTest, ASlowRequestIsEnded) {
  serve(echo, {.request_timeout = std::chrono::milliseconds(500)});
  const int fd = connect_to(server_->port());
  write_all(fd, "GET / HT");
  EXPECT_EQ(read_to_end(fd), "");
  ::close(fd);
}

TEST_F(ServerTest, AnAnswerThatNobodyTakesIsGivenUp) {
  const std::string large(64U << 20, 'x');
  std::promise<void> answered;
  ServerOptions options{.request_timeout = std::chrono::milliseconds(500)};
  options.on_answered = [&](const Request&, const Response&, std::int64_t) { answered.set_value(); };
  serve([&](const Request&) -> Reply { return Response{200, {}, large}; }, std::move(options));
  const int fd = connect_to(server_->port());
  write_all(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  answered.get_future().wait();
  const auto begun = std::chrono::steady_clock::now();
  // Nothing is read until the server has gone: the stop waits for the session's end.
  server_->stop(10);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  EXPECT_LT(read_to_end(fd).size(), large.size());
  ::close(fd);
}

TEST_F(ServerTest, OfTooManyConnectionsThoseGoThatHaveWaitedLongest) {
  serve(echo, {.most_connections = 3});
  std::vector<int> fds;
  for (int i = 0; i < 10; ++i) {
    fds.push_back(connect_to(server_->port()));
    write_all(fds.back(), "GET /kept HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(read_some(fds.back()).find("/kept"), std::string::npos) << i;
  }
  for (int i = 0; i < 7; ++i) EXPECT_EQ(read_some(fds[static_cast<std::size_t>(i)]), "") << i;
  for (std::size_t i = 7; i < 10; ++i) {
    write_all(fds[i], "GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(read_some(fds[i]).find("/again"), std::string::npos) << i;
  }
  for (const int fd : fds) ::close(fd);
}

TEST_F(ServerTest, WhoComesWhenAllAreBusyIsTurnedAway) {
  std::promise<void> inside;
  std::promise<void> go_on;
  serve(
      [&](const Request&) -> Reply {
        inside.set_value();
        go_on.get_future().wait();
        return Response{200, {}, "done"};
      },
      {.most_connections = 1});
  const int busy = connect_to(server_->port());
  write_all(busy, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  inside.get_future().wait();
  const int late = connect_to(server_->port());
  EXPECT_EQ(read_to_end(late), "");
  go_on.set_value();
  EXPECT_NE(read_to_end(busy).find("done"), std::string::npos);
  ::close(busy);
  ::close(late);
}

TEST_F(ServerTest, BodiesThatDoNotComeToAnEndAreKeptWithinALimit) {
  serve(echo, {.held_limit = 1'600'000});
  const std::string half = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500001\r\n\r\n" + std::string(500'000, 'x');
  std::vector<int> fds(8);
  for (int& fd : fds) {
    fd = connect_to(server_->port());
    write_all(fd, half);
  }
  // No more than three of them can be kept; who is sent away sees the end of his connection.
  std::set<int> gone;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (gone.size() < 5 && std::chrono::steady_clock::now() < until) {
    for (const int fd : fds) {
      pollfd end{fd, POLLIN, 0};
      if (::poll(&end, 1, 10) > 0) gone.insert(fd);
    }
  }
  EXPECT_GE(gone.size(), 5);
  EXPECT_NE(talk(half + "y").find("HTTP/1.1 200"), std::string::npos);
  for (const int fd : fds) ::close(fd);
}

TEST(Url, IsTextOnceDecoded) {
  EXPECT_EQ(percent_decode("/a%2Fb%c3%a9%f0%9f%90%99"), "/a/b\xc3\xa9\xf0\x9f\x90\x99");
  EXPECT_EQ(parse_query("a+b=%20c").front(), (std::pair<std::string, std::string>("a b", " c")));
  // Half an escape; NUL; a lone continuation; cut short; overlong; a surrogate; beyond the last character.
  for (const char* bad :
       {"%", "%4", "%zz", "%00", "%80", "%c3", "%e2%82", "%c0%af", "%e0%80%af", "%ed%a0%80", "%f4%90%80%80", "%ff"}) {
    EXPECT_THROW(percent_decode(bad), base::Error) << bad;
    EXPECT_THROW(parse_query(std::string("a=") + bad), base::Error) << bad;
    EXPECT_THROW(parse_query(std::string(bad) + "=a"), base::Error) << bad;
  }
}

TEST(Listen, TakesAddressAndPortOnly) {
  EXPECT_EQ(parse_listen("127.0.0.1:9696").port, 9696);
  EXPECT_EQ(base_url(parse_listen("localhost:9696")), "http://127.0.0.1:9696");
  EXPECT_EQ(base_url(parse_listen("[::1]:9696")), "http://[::1]:9696");
  EXPECT_TRUE(is_loopback(parse_listen("[::1]:1")) && is_loopback(parse_listen("127.9.9.9:1")));
  EXPECT_FALSE(is_loopback(parse_listen("0.0.0.0:1")) || is_loopback(parse_listen("[::]:1")));
  for (const char* bad : {"", "9696", ":1", "a:", "a:b", "a:70000", "a:1x"})
    EXPECT_THROW(parse_listen(bad), base::Error) << bad;
}

}  // namespace
}  // namespace tricircle::http
