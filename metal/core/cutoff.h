// Where a ranking of logits ends: the best k, or the best that have a share of
// the probability. Found by counting, without sorting 50,000 numbers.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace mamba {

// The tokens that are in: those above the logit, and of those that have it
// the first `ties` by id. No limit to begin with.
struct Cutoff {
  float logit = -std::numeric_limits<float>::infinity();
  int64_t ties = INT64_MAX;
};

class CutoffFinder {
 public:
  // Of logits[0, n): max is the highest, weights are exp((logit - max) /
  // temperature) or 0 for what is out already.
  struct Input {
    const float* logits = nullptr;
    const float* weights = nullptr;
    int64_t n = 0;
    float max = 0;
    float temperature = 1;
  };
  // The best `count` ≥ 1 tokens; all, if there are no more.
  Cutoff best(const Input& input, int64_t count);
  // The fewest best tokens whose weights sum to at least `mass`. At least one.
  Cutoff heaviest(const Input& input, double mass);

 private:
  struct Candidate {
    uint32_t key;
    float weight;
  };
  template <typename Measure>
  Cutoff search(const Input& input, double goal, const Measure& measure);
  template <typename Measure>
  void gather(const Input& input, double goal, const Measure& measure);

  std::vector<Candidate> candidates_;
  std::size_t size_ = 0;  // of the candidates
  std::vector<double> sums_;
};

// Zeroes the weights of the tokens that are out.
void apply_cutoff(Cutoff cutoff, const float* logits, int64_t n,
                  float* weights);

}  // namespace mamba
