// A saved state: a header, then every layer's conv_state and ssm_state in the
// official layout. Little-endian, as all machines that we build for.
#include <cinttypes>
#include <cstddef>
#include <cstring>

#include "core/error.h"
#include "core/half.h"
#include "core/hash.h"
#include "core/state.h"

namespace mamba {
namespace {

constexpr char kMagic[8] = {'M', 'A', 'M', 'B', 'A', 'S', 'T', 'A'};
constexpr uint32_t kVersion = 1;

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t header_bytes;
  uint64_t fingerprint;
  uint64_t floats;
  uint64_t position;
  uint64_t checksum;  // of everything else
};
static_assert(sizeof(Header) == 48, "the layout of files");

uint64_t checksum(const Header& header, const void* floats, std::size_t bytes) {
  Hash hash;
  hash.add(&header, offsetof(Header, checksum));
  hash.add(floats, bytes);
  return hash.value();
}

[[noreturn]] void refuse(const char* reason) {
  fail(Status::invalid_argument, "Cannot load the state: %s", reason);
}

void check_header(const Header& header, const StateLayout& layout,
                  uint64_t bytes) {
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
    refuse("the bytes are not a saved state");
  }
  if (header.version != kVersion) {
    fail(Status::unsupported,
         "Cannot load the state: its format has version %" PRIu32
         ", this library reads version %" PRIu32,
         header.version, kVersion);
  }
  if (header.fingerprint != layout.fingerprint) {
    refuse("it was saved from another model");
  }
  if (header.header_bytes != sizeof(Header) ||
      header.floats != static_cast<uint64_t>(layout.saved_floats) ||
      bytes != State::saved_size(layout)) {
    refuse("its size is not that of a state of this model");
  }
}

bool all_finite(const char* floats, uint64_t count) {
  uint32_t special = 0;
  for (uint64_t i = 0; i < count; ++i) {
    uint32_t bits;
    std::memcpy(&bits, floats + i * 4, 4);
    special |= uint32_t((bits & 0x7f800000u) == 0x7f800000u);
  }
  return special == 0;
}

}  // namespace

uint64_t State::saved_size(const StateLayout& layout) {
  return sizeof(Header) + static_cast<uint64_t>(layout.saved_floats) * 4;
}

void State::save(void* out) const {
  const ModelConfig& c = layout_->config;
  char* floats = static_cast<char*>(out) + sizeof(Header);
  // `out` may be unaligned: layers go through memory of our own.
  Buffer layer(static_cast<std::size_t>(c.conv_floats() + c.ssm_floats()) * 4);
  for (int64_t i = 0; i < c.n_layer; ++i) {
    read_layer(i, layer.floats(), layer.floats() + c.conv_floats());
    std::memcpy(floats + static_cast<std::size_t>(i) * layer.size(),
                layer.data(), layer.size());
  }
  Header header = {};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.header_bytes = sizeof(Header);
  header.fingerprint = layout_->fingerprint;
  header.floats = static_cast<uint64_t>(layout_->saved_floats);
  header.position = position_;
  header.checksum = checksum(header, floats, header.floats * 4);
  std::memcpy(out, &header, sizeof header);
}

void State::load(const void* data, uint64_t bytes) {
  Header header;
  if (bytes < sizeof header) refuse("the bytes are not a saved state");
  std::memcpy(&header, data, sizeof header);
  check_header(header, *layout_, bytes);
  const char* floats = static_cast<const char*>(data) + sizeof header;
  if (checksum(header, floats, header.floats * 4) != header.checksum) {
    refuse("it is damaged (its checksum does not match)");
  }
  if (!all_finite(floats, header.floats)) {
    refuse("it holds numbers that are not finite");
  }
  const ModelConfig& c = layout_->config;
  Buffer layer(static_cast<std::size_t>(c.conv_floats() + c.ssm_floats()) * 4);
  for (int64_t i = 0; i < c.n_layer; ++i) {
    std::memcpy(layer.data(),
                floats + static_cast<std::size_t>(i) * layer.size(),
                layer.size());
    write_layer(i, layer.floats(), layer.floats() + c.conv_floats());
  }
  position_ = header.position;
  broken = false;
}

}  // namespace mamba
