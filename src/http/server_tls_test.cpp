#include "http/server_tls.hpp"

#include "base/error.hpp"
#include "http/client.hpp"
#include "http/raw_peer.hpp"
#include "http/server.hpp"

#include <filesystem>
#include <fstream>
#include <future>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <gtest/gtest.h>

namespace tricircle::http {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// A certificate that vouches for itself, for 127.0.0.1, and its key, in files of their own.
class ServerTls : public testing::Test {
 protected:
  ServerTls() : folder_(std::filesystem::temp_directory_path() / ("tls-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    const Key key = new_key("key.pem");
    X509* made = X509_new();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    X509_gmtime_adj(X509_getm_notBefore(made), -60);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_set_pubkey(made, key.get());
    X509_NAME* name = X509_get_subject_name(made);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(made, name);
    X509_EXTENSION* host = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(made, host, -1);
    X509_EXTENSION_free(host);
    X509_sign(made, key.get(), EVP_sha256());
    FILE* file = std::fopen(at("cert.pem").c_str(), "w");
    PEM_write_X509(file, made);
    std::fclose(file);
    X509_free(made);
  }
  ~ServerTls() override {
    if (server_) server_->stop(1);
    runtime_.stop();
    std::filesystem::remove_all(folder_);
  }

  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  Key new_key(const std::string& name) const {
    Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    FILE* file = std::fopen(at(name).c_str(), "w");
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    return key;
  }

  std::string refusal(const std::string& cert, const std::string& key) const {
    try {
      server_tls(at(cert), key.empty() ? "" : at(key));
    } catch (const base::Error& error) {
      return error.message();
    }
    return "taken";
  }

  void serve(Handler handler) {
    ServerOptions options{.request_timeout = std::chrono::milliseconds(500), .cert_file = at("cert.pem")};
    options.key_file = at("key.pem");
    server_ = std::make_unique<Server>(runtime_, std::move(options), std::move(handler));
    runtime_.start();
  }

  OutResponse get(const std::string& path) {
    OutRequest request;
    request.url = "https://127.0.0.1:" + std::to_string(server_->port()) + path;
    request.ca_file = at("cert.pem");
    std::promise<OutResponse> promise;
    client_.send(std::move(request), [&](OutResponse response) { promise.set_value(std::move(response)); });
    return promise.get_future().get();
  }

  std::filesystem::path folder_;
  base::Runtime runtime_{4};
  std::unique_ptr<Server> server_;
  CurlClient client_;
};

TEST_F(ServerTls, FilesThatCannotBeUsedAreNamed) {
  EXPECT_EQ(refusal("cert.pem", "key.pem"), "taken");
  EXPECT_TRUE(refusal("none.pem", "key.pem").starts_with("the certificate file " + at("none.pem") + " cannot be used"));
  EXPECT_TRUE(refusal("key.pem", "key.pem").starts_with("the certificate file " + at("key.pem") + " cannot be used"));
  EXPECT_TRUE(refusal("cert.pem", "").starts_with("the key file " + at("cert.pem") + " cannot be used"));
  EXPECT_TRUE(refusal("cert.pem", "none.pem").starts_with("the key file " + at("none.pem") + " cannot be used"));
  new_key("other.pem");
  EXPECT_EQ(refusal("cert.pem", "other.pem"),
            "the key in " + at("other.pem") + " is not the key of the certificate in " + at("cert.pem"));
}

TEST_F(ServerTls, AnswersComeWholeAndOneConnectionServesMany) {
  const std::string large(8U << 20, 'x');
  serve([&](const Request& request) -> Reply {
    return Response{200, {}, request.path == "/large" ? large : request.path};
  });
  EXPECT_EQ(get("/small").body, "/small");
  EXPECT_EQ(get("/large").body.size(), large.size());
  EXPECT_EQ(get("/small").body, "/small");
}

TEST_F(ServerTls, WhoSpeaksNoTlsIsSentAway) {
  serve([](const Request&) -> Reply { return Response{200, {}, "seen"}; });
  const int fd = connect_to(server_->port());
  write_all(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string all = read_to_end(fd);
  EXPECT_EQ(all.find("HTTP/"), std::string::npos) << all;
  ::close(fd);
}

TEST_F(ServerTls, WhoStallsInTheHandshakeIsCutOff) {
  serve([](const Request&) -> Reply { return Response{200, {}, "seen"}; });
  const int fd = connect_to(server_->port());
  write_all(fd, std::string("\x16\x03\x01\x02", 4));  // the beginning of a ClientHello
  EXPECT_EQ(read_to_end(fd), "");
  ::close(fd);
}

TEST_F(ServerTls, AStopDoesNotWaitForHandshakes) {
  serve([](const Request&) -> Reply { return Response{200, {}, "seen"}; });
  EXPECT_EQ(get("/").body, "seen");
  const int fd = connect_to(server_->port());
  const auto begun = std::chrono::steady_clock::now();
  server_->stop(10);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  ::close(fd);
}

}  // namespace
}  // namespace tricircle::http
