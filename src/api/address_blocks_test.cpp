// Which part of a subnet's pools a pod gets, when it gets more, and that the centre gives none of it out.
#include "xjob/address_blocks.hpp"

#include "api/test_server.hpp"

#include <gmock/gmock.h>

namespace tricircle::api {
namespace {

using domain::AddressRange;
using testing::ElementsAre;
using testing::IsEmpty;

class AddressBlocksTest : public NeutronTest {
 protected:
  AddressBlocksTest() : network_(make_network()), subnet_(make_subnet(network_, "10.0.0.0/24")) {}

  // What the pod has afterwards, of pools from 10.0.0.<first> to 10.0.0.<last>.
  std::vector<std::string> ensure(int first, int last, const std::string& pod = "pod1") {
    const std::vector<AddressRange> pools{{number(first), number(last)}};
    std::vector<std::string> texts;
    db->write([&](storage::Connection& c) {
      texts.clear();
      const std::vector<AddressRange> blocks = xjob::ensure_blocks(c, subnet_, pools, pod);
      for (const AddressRange& block : blocks)
        texts.push_back(domain::to_text(block.first) + "-" + domain::to_text(block.last));
    });
    return texts;
  }
  void take(int first, int last) {
    for (int i = first; i <= last; ++i)
      ASSERT_EQ(post("/v2.0/ports", R"({"port": {"network_id": ")" + network_ +
                                        R"(", "fixed_ips": [{"ip_address": "10.0.0.)" + std::to_string(i) + R"("}]}})")
                    .status,
                201);
  }
  bool low() {
    bool low = false;
    db->read([&](storage::Connection& c) { low = xjob::runs_low(c, network_, "pod1"); });
    return low;
  }
  static domain::Address number(int last) { return domain::parse_address("10.0.0." + std::to_string(last)).value(); }

  std::string network_, subnet_;
};

TEST_F(AddressBlocksTest, APodGetsAnEighthFromTheEndAndKeepsItUntilItRunsLow) {
  EXPECT_THAT(ensure(1, 160), ElementsAre("10.0.0.141-10.0.0.160"));
  take(141, 154);
  EXPECT_FALSE(low());
  EXPECT_THAT(ensure(1, 160), ElementsAre("10.0.0.141-10.0.0.160"));
  take(155, 155);
  EXPECT_TRUE(low());
  EXPECT_THAT(ensure(1, 160), ElementsAre("10.0.0.141-10.0.0.160", "10.0.0.121-10.0.0.140"));
  EXPECT_FALSE(low());
}

TEST_F(AddressBlocksTest, NoTwoPodsHaveTheSameAddress) {
  EXPECT_THAT(ensure(1, 80, "pod1"), ElementsAre("10.0.0.71-10.0.0.80"));
  EXPECT_THAT(ensure(1, 80, "pod2"), ElementsAre("10.0.0.61-10.0.0.70"));
}

TEST_F(AddressBlocksTest, ABlockLeavesOutWhatTheCentreHasGivenAndIsNoSmallerThanItMust) {
  take(75, 75);
  EXPECT_THAT(ensure(1, 80), ElementsAre("10.0.0.65-10.0.0.74"));
}

TEST_F(AddressBlocksTest, WhereNoRowIsLongEnoughTheLongestGoesAndAtLastNone) {
  take(4, 4);
  EXPECT_THAT(ensure(1, 6), ElementsAre("10.0.0.1-10.0.0.3"));
  EXPECT_THAT(ensure(1, 6, "pod2"), ElementsAre("10.0.0.5-10.0.0.6"));
  EXPECT_THAT(ensure(1, 6, "pod3"), IsEmpty());
}

TEST_F(AddressBlocksTest, TheCentreGivesOutNothingOfABlock) {
  ensure(2, 7);
  EXPECT_EQ(post("/v2.0/ports", R"({"port": {"network_id": ")" + network_ + R"("}})")
                .body.at("port")
                .at("fixed_ips")
                .at(0)
                .at("ip_address")
                .as_string(),
            "10.0.0.8");
}

}  // namespace
}  // namespace tricircle::api
