// One call carried out for a plan: by a Neutron of its own over the centre's store, with what the plan is made from
// read in the call's own transaction. Used by Plans, on pool threads.
#pragma once
#include "api/neutron.hpp"
#include "api/plans.hpp"
#include "plan/plan.hpp"

namespace tricircle::api {

// Thrown by the transaction of a call that is to be made: it is not the world that the plan was made for.
struct WorldHasMoved : std::runtime_error {
  WorldHasMoved() : std::runtime_error("the world has moved") {}
};

// The call is made, and undone.
class UndoneTrial {
 public:
  UndoneTrial(const Plans::Parts&, const http::Request&);
  http::Response run();  // throws what the call throws
  const plan::Facts& facts() const { return store_.facts; }

 private:
  class Store final : public storage::Database {
   public:
    Store(storage::Database& real, std::string change_id) : real_(real), change_id_(std::move(change_id)) {}
    void read(const Work& work) override { real_.read(work); }
    void write(const Work& work) override;
    plan::Facts facts;

   private:
    storage::Database& real_;
    const std::string change_id_;
  };

  http::Request request_;
  Store store_;
  CentralPlugin plugin_;
  Neutron neutron_;
};

// The call is made if its plan would have this fingerprint. Where pods must let go of a port first that was asked right
// before, for then they are not any more what the plan was made from. Kept until its reply is over.
class ApplyingTrial {
 public:
  ApplyingTrial(const Plans::Parts&, const http::Request&, std::string fingerprint);
  http::Reply run() { return neutron_.handle(request_); }  // throws what the call throws, and WorldHasMoved
  const http::Request& request() const { return request_; }

 private:
  class Store final : public storage::Database {
   public:
    Store(storage::Database& real, std::string change_id, std::string fingerprint)
        : real_(real), change_id_(std::move(change_id)), fingerprint_(std::move(fingerprint)) {}
    void read(const Work& work) override { real_.read(work); }
    void write(const Work& work) override;

   private:
    storage::Database& real_;
    const std::string change_id_;
    const std::string fingerprint_;
    bool pods_let_go_ = false;
  };

  http::Request request_;
  Store store_;
  CentralPlugin plugin_;
  Neutron neutron_;
};

}  // namespace tricircle::api
