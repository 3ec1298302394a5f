#include "engine/circuit.hpp"

#include "engine/test_rows.hpp"

namespace tricircle::engine {
namespace {

using storage::Connection;

class CircuitTest : public RowsTest {
 protected:
  void open(const std::string& words = "no answer") {
    write([&](Connection& db) { open_circuit(db, "pod1", words, now(), options_); });
  }
  bool is_open() {
    return write([&](Connection& db) { return circuit_open(db, "pod1"); });
  }
  std::vector<DueProbe> due() {
    return write([&](Connection& db) { return due_probes(db, now()); });
  }
  bool take(const DueProbe& probe) {
    return write([&](Connection& db) { return take_probe(db, probe, now(), options_); });
  }
  const Options options_;
};

TEST_F(CircuitTest, APodIsTrustedUntilItsCircuitIsOpened) {
  EXPECT_FALSE(is_open());
  open();
  EXPECT_TRUE(is_open());
  EXPECT_FALSE(write([](Connection& db) { return circuit_open(db, "pod2"); }));
}

TEST_F(CircuitTest, TheFirstProbeIsDueAfterItsTime) {
  open();
  clock_.advance(options_.first_probe - 1);
  EXPECT_TRUE(due().empty());
  clock_.advance(1);
  ASSERT_EQ(due().size(), 1U);
  EXPECT_EQ(due().front().pod_id, "pod1");
}

TEST_F(CircuitTest, FurtherFailuresDoNotPutOffTheProbeOrChangeTheWords) {
  open("first words");
  const base::Micros since = now();
  clock_.advance(options_.first_probe);
  open("later words");
  EXPECT_EQ(due().size(), 1U);
  EXPECT_EQ(storage::number_of(*store_, "SELECT since AS n FROM circuits"), since);
  EXPECT_EQ(storage::number_of(*store_, "SELECT count(*) AS n FROM circuits WHERE last_error = 'first words'"), 1);
}

TEST_F(CircuitTest, OfSeveralWorkersOneGetsTheProbe) {
  open();
  clock_.advance(options_.first_probe);
  const DueProbe seen_by_both = due().at(0);
  EXPECT_TRUE(take(seen_by_both));
  EXPECT_FALSE(take(seen_by_both));
  EXPECT_TRUE(due().empty());
}

TEST_F(CircuitTest, AProbeWithoutAnAnswerComesAgainLaterEachTimeUpToTheLongest) {
  open();
  clock_.advance(options_.first_probe);
  base::Micros before = options_.first_probe;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(take(due().at(0)));
    const base::Micros wait = storage::number_of(*store_, "SELECT probe_at AS n FROM circuits") - now();
    EXPECT_GE(wait, before);
    EXPECT_LE(wait, options_.longest_probe);
    before = wait;
    clock_.advance(wait);
  }
  EXPECT_EQ(before, options_.longest_probe);
}

TEST_F(CircuitTest, AClosedCircuitHasNoProbesAndOpensAgainAsNew) {
  open("first words");
  clock_.advance(options_.first_probe);
  const DueProbe probe = due().at(0);
  write([&](Connection& db) { close_circuit(db, "pod1", now()); });
  EXPECT_FALSE(is_open());
  EXPECT_TRUE(due().empty());
  EXPECT_FALSE(take(probe)) << "it was closed by another's probe meanwhile";
  open("later words");
  EXPECT_TRUE(is_open());
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(storage::number_of(*store_, "SELECT count(*) AS n FROM circuits WHERE last_error = 'later words'"), 1);
}

}  // namespace
}  // namespace tricircle::engine
