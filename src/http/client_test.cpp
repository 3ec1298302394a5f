#include "http/client.hpp"

#include "http/raw_peer.hpp"

#include <future>

#include <gtest/gtest.h>

namespace tricircle::http {
namespace {

OutResponse call(Client& client, OutRequest request) {
  std::promise<OutResponse> promise;
  client.send(std::move(request), [&](OutResponse response) { promise.set_value(std::move(response)); });
  return promise.get_future().get();
}

OutRequest request_to(const std::string& url, const std::string& method = "GET") {
  OutRequest request;
  request.method = method;
  request.url = url;
  if (method != "GET") request.body = "{}";
  request.timeout_ms = 2'000;
  return request;
}

constexpr char kOk[] = "HTTP/1.1 200 OK\r\nX-Thing: a b \r\nContent-Length: 2\r\n\r\nok";

TEST(Client, GivesStatusLowerCaseHeadersAndBody) {
  RawServer server([](int fd) {
    read_some(fd);
    write_all(fd, kOk);
  });
  CurlClient client;
  const OutResponse response = call(client, request_to(server.url()));
  EXPECT_EQ(response.end, End::answered);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.at("x-thing"), "a b");
  EXPECT_EQ(response.body, "ok");
}

TEST(Client, ARefusedConnectionWasNotSent) {
  std::uint16_t port = 0;
  {
    port = RawServer([](int) {}).port();
  }
  CurlClient client;
  EXPECT_EQ(call(client, request_to("http://127.0.0.1:" + std::to_string(port), "POST")).end, End::not_sent);
}

TEST(Client, AConnectionClosedBeforeTheAnswerIsUnseenAndNotSentAgain) {
  std::atomic<int> requests = 0;
  RawServer server([&](int fd) {
    if (!read_some(fd).empty()) ++requests;
  });
  CurlClient client;
  EXPECT_EQ(call(client, request_to(server.url(), "POST")).end, End::unseen);
  EXPECT_EQ(requests, 1);
}

TEST(Client, AWriteOnAKeptConnectionThatDiesIsNeverSentASecondTime) {
  std::atomic<int> posts = 0;
  RawServer server([&](int fd) {
    read_some(fd);
    write_all(fd, kOk);
    // The second request on the kept connection is read, and the connection closed without a word.
    if (read_some(fd).starts_with("POST")) ++posts;
  });
  CurlClient client;
  EXPECT_EQ(call(client, request_to(server.url())).end, End::answered);
  EXPECT_EQ(call(client, request_to(server.url(), "POST")).end, End::unseen);
  EXPECT_EQ(posts, 1);
}

TEST(Client, AnAnswerThatEndsInTheMiddleIsUnseen) {
  RawServer server([](int fd) {
    read_some(fd);
    write_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  });
  CurlClient client;
  EXPECT_EQ(call(client, request_to(server.url(), "PUT")).end, End::unseen);
}

TEST(Client, AServerThatNeverAnswersIsUnseenAtTheDeadline) {
  std::promise<void> release;
  RawServer server([&](int fd) {
    read_some(fd);
    release.get_future().wait();
  });
  CurlClient client;
  OutRequest request = request_to(server.url(), "POST");
  request.timeout_ms = 200;
  EXPECT_EQ(call(client, std::move(request)).end, End::unseen);
  release.set_value();
}

TEST(Client, GarbageIsNoAnswer) {
  RawServer server([](int fd) {
    read_some(fd);
    write_all(fd, "hello there\r\n\r\n");
  });
  CurlClient client;
  EXPECT_EQ(call(client, request_to(server.url(), "POST")).end, End::unseen);
}

TEST(Client, AnAnswerBeyondTheLimitIsUnseen) {
  RawServer server([](int fd) {
    read_some(fd);
    write_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x'));
  });
  CurlClient client;
  OutRequest request = request_to(server.url());
  request.body_limit = 1000;
  const OutResponse response = call(client, std::move(request));
  EXPECT_EQ(response.end, End::unseen);
  EXPECT_NE(response.error.find("larger than 1000"), std::string::npos);
}

TEST(Client, CallsUnderWayEndWithTheClient) {
  std::promise<void> arrived;
  std::promise<void> release;
  std::promise<OutResponse> ended;
  RawServer server([&](int fd) {
    read_some(fd);
    arrived.set_value();
    release.get_future().wait();
  });
  {
    CurlClient client;
    client.send(request_to(server.url(), "POST"), [&](OutResponse response) { ended.set_value(std::move(response)); });
    arrived.get_future().wait();
  }
  EXPECT_EQ(ended.get_future().get().end, End::unseen);
  release.set_value();
}

}  // namespace
}  // namespace tricircle::http
