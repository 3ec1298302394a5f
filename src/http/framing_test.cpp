#include "http/framing.hpp"

#include "http/raw_peer.hpp"
#include "http/server.hpp"

#include <gtest/gtest.h>

namespace tricircle::http {
namespace {

TEST(HeadLines, EndWithCrLfAndAreNotFolded) {
  for (const char* good : {"GET / HTTP/1.1\r\nA: b\r\n\r\n", "GET / HTTP/1.1\r\nA: b\r\n\r\n a body\nof any kind\r",
                           "GET / HTTP/1.1\r\nA: \tb \r\n", "GET"})
    EXPECT_TRUE(HeadLines().take(good)) << good;
  for (const char* bad :
       {"GET / HTTP/1.1\nA: b\r\n\r\n", "GET / HTTP/1.1\r\nA: b\n\r\n", "GET / HTTP/1.1\r\nA: b\r\n\n",
        "GET / HTTP/1.1\r\n A: b\r\n\r\n", "GET / HTTP/1.1\r\nA: b\r\n\tc\r\n\r\n", "\nGET"})
    EXPECT_FALSE(HeadLines().take(bad)) << bad;
}

TEST(HeadLines, AreTheSameInPieces) {
  HeadLines lines;
  for (const char* piece : {"GET / HTTP/1.1\r", "\nA:", " b\r", "\n", "\r", "\n", "\n body"})
    EXPECT_TRUE(lines.take(piece));
  HeadLines folded;
  EXPECT_TRUE(folded.take("GET / HTTP/1.1\r\nA: b\r\n"));
  EXPECT_FALSE(folded.take(" c"));
}

TEST(ChunkHead, IsASizeAndNothingElse) {
  for (const char* good : {"", "\r", "\r\n", "\r\n1", "ff", "ff\r", "0\r\n", "\r\n0\r\nA: b;c\r\n", "0\r\nA: b\r"})
    EXPECT_TRUE(may_begin_chunk(good)) << good;
  for (const char* bad :
       {"1;", "1 ", "x", "\n\n", "\r\r", "1\n", "1\r1", "0\r\nA: b\n", "00000000000000001", "-1", "+1"})
    EXPECT_FALSE(may_begin_chunk(bad)) << bad;
  EXPECT_FALSE(may_begin_chunk("0\r\nA: " + std::string(5000, 'b')));
}

// What the server itself makes of them: all that says twice or unclearly how long it is.
class FramingTest : public testing::Test {
 protected:
  FramingTest() {
    ServerOptions options;
    options.on_error = [](const Request&, const std::exception_ptr&) { return Response{400, {}, "refused"}; };
    server_ = std::make_unique<Server>(runtime_, std::move(options), [](const Request& request) -> Reply {
      return Response{200, {}, "[" + request.body + "]" + request.header("x-late")};
    });
    runtime_.start();
  }
  ~FramingTest() override {
    server_->stop(1);
    runtime_.stop();
  }

  // All that comes for these bytes and a request behind them; the client says no end of its own.
  std::string answers(const std::string& bytes) {
    const int fd = connect_to(server_->port());
    write_all(fd, bytes + "GET /smuggled HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    std::string all = read_to_end(fd);
    ::close(fd);
    return all;
  }

  static std::size_t count(const std::string& all, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = all.find(what); at != std::string::npos; at = all.find(what, at + 1)) ++found;
    return found;
  }

  base::Runtime runtime_{4};
  std::unique_ptr<Server> server_;
};

TEST_F(FramingTest, AmbiguousLengthsAreRefusedAndTheConnectionEnds) {
  for (const char* headers :
       {"Content-Length: 2\r\nContent-Length: 2\r\n", "Content-Length: 2, 2\r\n", "Content-Length: +2\r\n",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        "Transfer-Encoding: identity\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: \r\n",
        "Transfer-Encoding: chunked;q=1\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
        "Transfer-Encoding:\r\n chunked\r\n", "Transfer-Encoding : chunked\r\n", "Host: y\r\n"}) {
    const std::string all = answers("POST / HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n");
    EXPECT_TRUE(all.starts_with("HTTP/1.1 400") && count(all, "HTTP/1.1") == 1) << headers << all;
  }
  EXPECT_TRUE(answers("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400")) << "no host";
  EXPECT_EQ(count(answers("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), "HTTP/1.1"), 1);
}

TEST_F(FramingTest, BadChunksAreRefusedAtOnce) {
  for (const char* body :
       {"2;a=b\r\n{}\r\n0\r\n\r\n", "2;a=\"\r\n{}\r\n0\r\n\r\n", "2\n{}\n0\n\n", "0x2\r\n{}\r\n0\r\n\r\n",
        "2 \r\n{}\r\n", "2\r\n{}\n0\r\n\r\n", "2\r\n{}XX", "0;a\r\n\r\n", "0\r\nA: b\nC: d\r\n\r\n", "0\n\r\n"}) {
    const std::string all =
        answers("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body));
    EXPECT_TRUE(all.starts_with("HTTP/1.1 400") && count(all, "HTTP/1.1") == 1) << body << all;
  }
}

TEST_F(FramingTest, WhatComesAfterAChunkedBodyIsNoHeader) {
  const std::string all = answers(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX-Late: told\r\n\r\n");
  EXPECT_EQ(count(all, "HTTP/1.1 200"), 2) << all;
  EXPECT_NE(all.find("[abc]"), std::string::npos);
  EXPECT_EQ(all.find("told"), std::string::npos);
}

TEST_F(FramingTest, AnEndlessChunkHeadIsRefused) {
  EXPECT_TRUE(answers("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(100, '0'))
                  .starts_with("HTTP/1.1 400"));
}

}  // namespace
}  // namespace tricircle::http
