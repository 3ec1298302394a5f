#include "storage/mariadb_place.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tricircle::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(MariadbPlace, AUrlHasHostsWithAndWithoutPorts) {
  const MariadbPlace place = parse_mariadb_url("mysql://tri:secret@db1,db2:3307,[fd00::1],[::1]:3308/tricircle");
  ASSERT_EQ(place.hosts.size(), 4U);
  EXPECT_EQ(place.hosts[0].name, "db1");
  EXPECT_EQ(place.hosts[0].port, 3306);
  EXPECT_EQ(place.hosts[1].port, 3307);
  EXPECT_EQ(place.hosts[2].name, "fd00::1");
  EXPECT_EQ(place.hosts[3].port, 3308);
  EXPECT_EQ(place.user, "tri");
  EXPECT_EQ(place.password, "secret");
  EXPECT_EQ(place.database, "tricircle");
  EXPECT_EQ(place.ssl_ca, "");
}

TEST(MariadbPlace, PercentEscapesAreUndone) {
  const MariadbPlace place = parse_mariadb_url("mysql://a%3Ab:p%40ss%2fw%25:x@h/d%20b?ssl_ca=/etc/ca%20s.pem");
  EXPECT_EQ(place.user, "a:b");
  EXPECT_EQ(place.password, "p@ss/w%:x");
  EXPECT_EQ(place.database, "d b");
  EXPECT_EQ(place.ssl_ca, "/etc/ca s.pem");
}

TEST(MariadbPlace, APasswordMayBeMissing) {
  EXPECT_EQ(parse_mariadb_url("mysql://tri@h/d").password, "");
  EXPECT_EQ(parse_mariadb_url("mysql://tri:@h/d").password, "");
}

TEST(MariadbPlace, WhatIsWrongIsSaidWithoutThePassword) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"mysql://tri:s3cret@h", "no database"},
      {"mysql://tri:s3cret@h/", "no database"},
      {"mysql://h/d", "no user"},
      {"mysql://:s3cret@h/d", "user is empty"},
      {"mysql://tri:s3cret@/d", "host is missing"},
      {"mysql://tri:s3cret@h,/d", "host is missing"},
      {"mysql://tri:s3cret@h:0/d", "port"},
      {"mysql://tri:s3cret@h:65536/d", "port"},
      {"mysql://tri:s3cret@h:33x/d", "port"},
      {"mysql://tri:s3cret@[::1/d", "has no ]"},
      {"mysql://tri:s3cret@[::1]x/d", "no port"},
      {"mysql://tri:s3cret@h h/d", "characters that no host has"},
      {"mysql://tri:s3cret@x@h/d", "%40"},
      {"mysql://tri:s3cret%4@h/d", "hexadecimal"},
      {"mysql://tri:s3cret%zz@h/d", "hexadecimal"},
      {"mysql://tri:s3cret%00@h/d", "zero byte"},
      {"mysql://tri:s3cret@h/d?charset=utf8", "ssl_ca and nothing else"},
      {"mysql://tri:s3cret@h/d?ssl_ca=/a&x=1", "ssl_ca and nothing else"},
      {"mysql://tri:s3cret@h/d?ssl_ca=", "ssl_ca is empty"},
      {"mysql+pymysql://tri:s3cret@h/d", "begins otherwise"},
  };
  for (const auto& [url, words] : mistakes) {
    try {
      parse_mariadb_url(url);
      ADD_FAILURE() << url;
    } catch (const base::Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(words)) << url;
      EXPECT_THAT(error.what(), Not(HasSubstr("s3cret"))) << url;
    }
  }
}

}  // namespace
}  // namespace tricircle::storage
